import { writeSync } from 'node:fs'

/** Writes bytes to a file descriptor. @returns how many it took. @throws Error with the `code` EAGAIN if it is full */
export type Write = (fd: number, bytes: Uint8Array) => number

/** The limits of the wait for a slow reader, during which the request waits as well. */
const MAX_WAITS = 20
const WAIT_MILLISECONDS = 5
/** The limit of the bytes that wait for the next line. Further lines are lost. */
const MAX_KEPT_BYTES = 1_048_576

const STANDARD_OUTPUT = 1

/**
 * Writes lines to the standard output, each before the call returns, because Lambda stops the process between two events. It never
 * throws: a request must not fail because its line cannot be written. If the reader is slow, the rest of a line waits for the next one,
 * so that a line is written whole or not at all.
 *
 * @param write for tests
 */
export function lineWriter(write: Write = writeSync): (line: string) => void {
  let kept: Uint8Array = new Uint8Array()
  return (line) => {
    if (kept.length >= MAX_KEPT_BYTES) kept = writeAll(kept, write)
    if (kept.length < MAX_KEPT_BYTES) kept = writeAll(Buffer.concat([kept, Buffer.from(line)]), write)
  }
}

/** @returns the bytes that are still to be written */
function writeAll(bytes: Uint8Array, write: Write): Uint8Array {
  let left = bytes
  for (let waits = 0; left.length > 0;) {
    const taken = take(left, write)
    left = left.subarray(taken)
    if (taken > 0) continue
    if (waits++ === MAX_WAITS) return left
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MILLISECONDS)
  }
  return left
}

/** @returns the number of bytes that are done with. After any error but EAGAIN nobody reads them */
function take(bytes: Uint8Array, write: Write): number {
  try {
    return write(STANDARD_OUTPUT, bytes)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? 0 : bytes.length
  }
}
