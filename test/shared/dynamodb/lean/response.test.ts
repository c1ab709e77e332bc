import { describe, expect, test } from 'vitest'
import { readResponse } from '../../../../shared/dynamodb/lean/response.ts'

const answer = (head: string, body = '') => Buffer.from(`${head}\r\n\r\n${body}`)
const OK = 'HTTP/1.1 200 OK\r\n'

test('an answer is its status, its headers by names in small letters, and its body', () => {
  const response = readResponse(answer(`${OK}Content-Length: 2\r\nX-Amz-Crc32:  2745614147 `, '{}'))
  expect(response).toMatchObject({ status: 200, body: Buffer.from('{}') })
  expect(Object.fromEntries(response?.headers ?? [])).toEqual({
    'content-length': '2',
    'x-amz-crc32': '2745614147',
  })
})

test('if a header that frames nothing stands twice, the last value counts', () => {
  const head = `${OK}Date: a\r\nServer: x\r\ncontent-length: 0\r\ndate: b\r\nserver: y`
  expect(Object.fromEntries(readResponse(answer(head))?.headers ?? [])).toEqual({
    date: 'b',
    server: 'y',
    'content-length': '0',
  })
})

test.each([
  'Content-Length: 2',
  'Transfer-Encoding: identity',
  'Connection: keep-alive',
  'X-Amz-Crc32: 2745614147',
])('an answer that has %s twice is refused, also with the same value', (header) => {
  const [name = ''] = header.split(':')
  const length = name === 'Content-Length' ? '' : 'content-length: 2\r\n'
  const twice = `${OK}${length}${header}\r\n${header.toLowerCase()}`
  expect(() => readResponse(answer(twice, '{}'))).toThrow('repeated where it must not be')
})

describe('answers that are refused', () => {
  test.each([
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 0', ''],
    ['that is not final', 'HTTP/1.1 100 Continue', ''],
    ['in another protocol', '\x15\x03\x03\x00\x02', ''],
    ['without a length', 'HTTP/1.1 200 OK', ''],
    ['with two lengths', `${OK}content-length: 1\r\nContent-Length: 2`, '{}'],
    ['with a length that is not a number', `${OK}content-length: +2`, '{}'],
    ['with a length of a gigabyte', `${OK}content-length: 1000000000`, '{}'],
    ['in chunks', `${OK}content-length: 2\r\ntransfer-encoding: chunked`, '{}'],
    ['with more than its length', `${OK}content-length: 1`, '{}'],
    ['with a header on two lines', `${OK}date: a\r\n b\r\ncontent-length: 0`, ''],
    [
      'with a header on two lines, the second like one of its own',
      `${OK}date: a\r\n b: c\r\ncontent-length: 0`,
      '',
    ],
    ['with a space behind a name', `${OK}transfer-encoding : chunked\r\ncontent-length: 0`, ''],
    ['with a control character in a name', `${OK}da\0te: a\r\ncontent-length: 0`, ''],
    ['with a line end in a value', `${OK}date: a\ntransfer-encoding: chunked\r\ncontent-length: 0`, ''],
    ['with a header without a name', `${OK}: a\r\ncontent-length: 0`, ''],
    ['with a head of 20,000 bytes', `${OK}x: ${'x'.repeat(20_000)}\r\ncontent-length: 0`, ''],
  ])('an answer %s is refused', (_, head, body) => {
    expect(() => readResponse(answer(head, body))).toThrow('not an answer of DynamoDB')
  })

  test('an answer whose head does not end is refused', () => {
    expect(() => readResponse(Buffer.alloc(16_385, 'x'))).toThrow('the head is too long')
  })
})
