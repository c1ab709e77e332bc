import { expect, test } from 'vitest'
import { main } from '../../../infra/certbound.ts'
import { siteOfFile } from '../examples/authorization-server/local-site.ts'

const site = await siteOfFile()
const serviceId = String(site.seeded.serviceId)
const secret = site.seeded.serviceAccessToken

/** Runs the command, presses Enter `enter` times, and stops it after the last output. */
async function run(argv: readonly string[], env: Record<string, string>, enter = 0) {
  const stop = new AbortController()
  const [out, err, asked]: [string[], string[], (boolean | undefined)[]] = [[], [], []]
  let presses = enter
  const ask = (question: string, isSecret?: boolean) => {
    if (question !== '') asked.push(isSecret)
    else if (presses-- > 0) return Promise.resolve('')
    else stop.abort()
    return Promise.resolve(question === '' ? undefined : secret)
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

test('npm run console prints a link first, another after each Enter, and never the credential', async () => {
  const argv = ['--url', site.webApiUrl, '--service', serviceId]
  const typed = await run(argv, {}, 1)
  expect([typed.code, typed.asked, typed.out.length]).toEqual([0, [true], 2])
  expect(typed.out.every((line) => LINK.test(line))).toBe(true)
  expect(new Set(typed.out).size).toBe(2)
  const given = await run(argv, { CERTBOUND_TOKEN: secret })
  expect([given.code, given.asked]).toEqual([0, []])
  expect(`${typed.err}${given.err}`).not.toContain(secret)
  expect(typed.err).toContain('names below localhost')
  const owner = { CERTBOUND_TOKEN: site.seeded.organizationAccessToken }
  expect((await run(['--url', site.webApiUrl, '--organization'], owner)).code).toBe(0)
})

test.each([
  ['a wrong credential', site.webApiUrl, serviceId, 'x'.repeat(43), `a valid secret of service ${serviceId}`],
  ['another service', site.webApiUrl, '123', secret, 'refuses the credential (HTTP 401)'],
  ['a service as organization', site.webApiUrl, undefined, secret, "it must be the organization's token"],
  ['another server', site.examples.frontEndUrl, serviceId, secret, 'answers HTTP 404: --url must be'],
  ['a dead address', 'http://localhost:9', serviceId, secret, '(ECONNREFUSED): check --url'],
  ['an unknown CA', site.plainUrl, serviceId, secret, '--ca must name a PEM file'],
])(
  'npm run console with %s reports it in the terminal, and prints no link',
  async (_, url, service, token, message) => {
    const whose = service === undefined ? ['--organization'] : ['--service', service]
    const { code, out, err } = await run(['--url', url, ...whose], { CERTBOUND_TOKEN: token })
    expect([code, out]).toEqual([1, []])
    expect(err).toContain(message)
    expect(err).not.toContain(token)
  },
)

test.each([
  [[], '--url must name'],
  [['--url', 'http://api.example.com', '--service', '1'], 'must be an https URL'],
  [['--url', 'https://api.example.com'], '--service must be the number'],
  [['--url', 'https://api.example.com', '--service', '1', '--ca', 'absent.pem'], 'absent.pem cannot be read'],
])('npm run console %j does not ask for a credential, and reports what is wrong', async (argv, message) => {
  const { code, err, asked } = await run(argv, {})
  expect([code, asked]).toEqual([1, []])
  expect(err).toContain(message)
})
