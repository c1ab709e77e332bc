import { afterEach, beforeEach } from 'vitest'
import { type CodesRecord, takeRecord } from './record.ts'

declare module 'vitest' {
  interface TaskMeta {
    codes?: CodesRecord
  }
}

// Vitest runs this for every test file.
beforeEach(() => void takeRecord())
afterEach(({ task }) => {
  const isCounted = /\/test\/(functions|clients)\//.test(task.file.filepath)
  if (isCounted) task.meta.codes = takeRecord()
})
