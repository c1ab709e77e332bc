import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { lineWriter } from '../../../shared/runtime/line-writer.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const error = (code: string) => Object.assign(new Error(code), { code })

/** A descriptor that takes the bytes of each call as listed: a number of them, or an error. At the end of the list it takes all. */
function descriptor(...steps: readonly (number | Error)[]) {
  const taken: Buffer[] = []
  const left = [...steps]
  const write = (_fd: number, bytes: Uint8Array): number => {
    const step = left.shift() ?? bytes.length
    if (typeof step !== 'number') throw step
    taken.push(Buffer.from(bytes.subarray(0, step)))
    return Math.min(step, bytes.length)
  }
  return { write, text: () => Buffer.concat(taken).toString() }
}

test('a line that is taken in pieces, between the bytes of a character as well, is written whole', () => {
  const { write, text } = descriptor(1, error('EAGAIN'), 2, 0, 3, error('EAGAIN'), error('EAGAIN'))
  lineWriter(write)('{"ä":"€"}\n')
  expect(text()).toBe('{"ä":"€"}\n')
})

test('the rest of a line whose reader stays away comes before the next line', () => {
  const full = Array.from({ length: 21 }, () => error('EAGAIN'))
  const { write, text } = descriptor(4, ...full)
  const put = lineWriter(write)
  put('first\n')
  expect(text()).toBe('firs')
  put('second\n')
  expect(text()).toBe('first\nsecond\n')
})

test.each(['EPIPE', 'EBADF', 'EIO'])(
  'a write that fails with %s does not throw, and later lines are tried',
  (code) => {
    const { write, text } = descriptor(error(code))
    const put = lineWriter(write)
    put('first\n')
    put('second\n')
    expect(text()).toBe('second\n')
  },
)

test('lines are lost whole when more than a megabyte waits for a reader', () => {
  const open = { now: false }
  const { write, text } = descriptor()
  const put = lineWriter((fd, bytes) => {
    if (open.now) return write(fd, bytes)
    throw error('EAGAIN')
  })
  for (const n of [1, 2, 3]) put(`${String(n).repeat(600_000)}\n`)
  open.now = true
  put('last\n')
  expect(text()).toBe(`${'1'.repeat(600_000)}\n${'2'.repeat(600_000)}\nlast\n`)
})

const opened: number[] = []
afterEach(() => {
  for (const fd of opened.splice(0)) closeSync(fd)
})

test('a pipe of the system that is full gets all lines when it is read again', async () => {
  const path = join(await temporaryFolder(), 'pipe')
  execFileSync('mkfifo', [path])
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
  opened.push(fd)
  const read: Buffer[] = []
  const readAll = () => {
    const piece = Buffer.alloc(65_536)
    try {
      for (;;) read.push(Buffer.from(piece.subarray(0, readSync(fd, piece))))
    } catch (caught) {
      expect(caught).toMatchObject({ code: 'EAGAIN' })
    }
  }
  const put = lineWriter((_standardOutput, bytes) => writeSync(fd, bytes))
  const lines = ['a', 'b', 'c'].map((letter) => `${letter.repeat(30_000)}\n`)
  for (const line of lines) put(line)
  readAll()
  put('end\n')
  readAll()
  expect(Buffer.concat(read).toString()).toBe(`${lines.join('')}end\n`)
})
