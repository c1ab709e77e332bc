import { cpus } from 'node:os'

/** The line about this run: time, Node and machine. */
export function conditions(): string {
  const [cpu, ...more] = cpus()
  const machine = `${more.length + 1} x ${(cpu?.model ?? 'unknown').trim()}`
  return `certbound bench, ${new Date().toISOString()}, Node ${process.version}, ${machine}`
}

/** A table whose first column is aligned left, and all others right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const padded = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)
  return all.map((row) => row.map(padded).join('  '))
}
