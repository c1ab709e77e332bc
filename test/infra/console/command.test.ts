import { expect, test } from 'vitest'
import { main } from '../../../infra/certbound.ts'

/** Runs the command until it has printed what `enter` times Enter gives, and then stops it. */
async function run(argv: readonly string[], env: Record<string, string>, enter = 0) {
  const stop = new AbortController()
  const [out, err, asked]: [string[], string[], (boolean | undefined)[]] = [[], [], []]
  let presses = enter
  const ask = (question: string, isSecret?: boolean) => {
    if (question !== '') asked.push(isSecret)
    else if (presses-- > 0) return Promise.resolve('')
    else stop.abort()
    return Promise.resolve(question === '' ? undefined : 'typed-secret')
  }
  const io = {
    out: (line: string) => out.push(line),
    err: (line: string) => err.push(line),
    ask,
    env,
    stop: stop.signal,
  }
  const code = await main(['console', '--port', '0', ...argv], io)
  return { code, out, err: err.join('\n'), asked }
}

const LINK = /^http:\/\/certbound-console-[0-9a-f]{20}\.localhost:\d+\/link\/[\w-]{43}$/

test('npm run console prints a link first, another at each Enter, and never the credential', async () => {
  const argv = ['--url', 'http://localhost:9', '--service', '1']
  const typed = await run(argv, {}, 1)
  expect([typed.code, typed.asked, typed.out.length]).toEqual([0, [true], 2])
  expect(typed.out.every((line) => LINK.test(line))).toBe(true)
  expect(new Set(typed.out).size).toBe(2)
  const given = await run(argv, { CERTBOUND_TOKEN: 'given-secret' })
  expect([given.code, given.asked]).toEqual([0, []])
  expect(`${typed.err}${given.err}`).not.toMatch(/typed-secret|given-secret/)
})

test.each([
  [[], '--url must name'],
  [['--url', 'http://api.example.com', '--service', '1'], 'must be an https URL'],
  [['--url', 'https://api.example.com'], '--service must be the number'],
  [['--url', 'https://api.example.com', '--service', '1', '--ca', 'absent.pem'], 'absent.pem cannot be read'],
])('npm run console %j asks for no credential, and says what is wrong', async (argv, message) => {
  const { code, err, asked } = await run(argv, {})
  expect([code, asked]).toEqual([1, []])
  expect(err).toContain(message)
})
