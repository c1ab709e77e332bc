import { watch } from './taps.ts'

// Imported before a script of the project, it searches the logs, tables and answers of that process.
process.on('exit', () => {
  const leaks = watch.taken()
  if (leaks.length === 0) return
  console.error(leaks.join('\n'))
  process.exitCode = 70
})
