import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DEVELOPMENT_USER } from '../../infra/examples/authorization-server/start.ts'
import { CLIENT_CERTIFICATES } from '../../infra/emulator/site/seed.ts'
import { clientAuthenticationRows } from '../../shared/refusal/client-authentication.ts'
import { csrfOf, logIn, userAgent } from '../infra/examples/authorization-server/user-agent.ts'
import { makeIdentity } from '../infra/emulator/tls-client.ts'
import { readProjectFile } from '../support/comments.ts'
import { openSamples, TOOLS } from '../support/samples.ts'
import { tlsFetch } from '../support/tls-fetch.ts'

const PAGE = 'docs/clients.md'

let page: Awaited<ReturnType<typeof openSamples>>
beforeAll(async () => {
  page = await openSamples(PAGE)
})
afterAll(() => page.close())

test.each<readonly [name: string, command: string]>([
  ['openid-client', 'node openid-client.mjs'],
  ['oauth4webapi', 'node oauth4webapi.mjs'],
  ...TOOLS.curl.map((name) => [name, 'sh curl.sh'] as const),
  ...TOOLS.Python.map((name) => [name, 'python3 client.py'] as const),
  ...TOOLS.Java.map((name) => [name, 'sh key-store.sh && java Client.java'] as const),
])('the code of the page for %s gets a bound token and the resource', async (_name, command) => {
  const answer = await page.run(command)
  expect(answer).toContain(page.site.seeded.clients[1].clientId)
  expect(answer).toContain('Savings')
})

test('the code flow of the page ends with a token for the user who logged in', async () => {
  const { site, run } = page
  const { redirectUri } = site.seeded.clients[1]
  const call = (code: string) => `node -e "import('./code-flow.mjs').then(${code})"`
  const begun = await run(
    call('async (flow) => console.log(JSON.stringify(await flow.begin(process.env.BACK)))'),
    { BACK: redirectUri },
  )
  const { url } = JSON.parse(begun) as { url: string }
  const agent = userAgent(new URL(url).origin, tlsFetch({ ca: site.certificates.ca.cert }))
  const { location } = await agent.go(url)
  const consent = await logIn(agent, await agent.go(location), DEVELOPMENT_USER)
  const back = await agent.go('/consent', { csrf: csrfOf(consent), decision: 'allow' })
  const finished = await run(
    call(
      'async (flow) => console.log((await flow.finish(new URL(process.env.BACK), JSON.parse(process.env.SESSION))).access_token)',
    ),
    { BACK: back.location, SESSION: begun },
  )
  const resource = tlsFetch(site.identity(CLIENT_CERTIFICATES.CONFIDENTIAL))
  const headers = { authorization: `Bearer ${finished.trim()}` }
  expect((await resource(site.examples.librarySampleUrl, { headers })).status).toBe(200)
})

/** The code of a file of the page with one thing wrong. */
async function plant(file: string, right: string, wrong: string): Promise<void> {
  const code = await readFile(join(page.folder, file), 'utf8')
  expect(code).toContain(right)
  await writeFile(join(page.folder, `wrong-${file}`), code.replace(right, wrong))
}

describe('the tables of what goes wrong', () => {
  const text = readProjectFile(PAGE)

  test('a secret without its method is invalid_client to openid-client, and the reason of the log is on the page', async () => {
    const method = '},\n  client.ClientSecretBasic(CLIENT_SECRET),'
    await plant('config.mjs', method, ', client_secret: CLIENT_SECRET },\n  undefined,')
    await plant('openid-client.mjs', './config.mjs', './wrong-config.mjs')
    page.lines.length = 0
    await expect(page.run('node wrong-openid-client.mjs')).rejects.toThrow("error: 'invalid_client'")
    expect(page.lines.join()).toContain('"reason":"client-secret-misplaced"')
    expect(text).toContain('\n| `client-secret-misplaced` ')
  })

  test('every reason of the page is a reason of client authentication', () => {
    const [, table = ''] = text.split('## You see `invalid_client`')
    const cells = table.split('## Other answers', 1)[0]?.match(/^\| `.*?\|/gm) ?? []
    const reasons = cells.flatMap((cell) => cell.match(/[a-z\d]+(?:-[a-z\d]+)+/g) ?? [])
    expect(reasons.length).toBeGreaterThan(20)
    expect(reasons.filter((reason) => !(reason in clientAuthenticationRows()))).toEqual([])
  })

  test.each(
    TOOLS.curl.flatMap(
      () =>
        [
          [
            'without a certificate there is no connection',
            '--cert "$CERT" --key "$KEY"',
            '',
            /unexpected eof|certificate required|reset/,
          ],
          [
            'a certificate that no trusted CA issued is 403',
            '"$CERT" --key "$KEY"',
            'other.pem --key other.key.pem',
            /\{"message":"Forbidden"\}/,
          ],
          ['without the CA curl ends with 60', '--cacert "$CA" ', '', /curl: \(60\)/],
        ] as const,
    ),
  )('%s', async (_what, right, wrong, expected) => {
    const { cert, key } = await makeIdentity(undefined, {})
    await writeFile(join(page.folder, 'other.pem'), cert)
    await writeFile(join(page.folder, 'other.key.pem'), key)
    await plant('curl.sh', right, wrong)
    const output = page.run('(sh -x wrong-curl.sh || true) 2>&1')
    expect(await output).toMatch(expected)
  })

  test.each(
    TOOLS.curl.flatMap(
      () =>
        [
          [
            'the plain token endpoint',
            'TOKEN_ENDPOINT=$ISSUER/token',
            'the client must establish a mutual TLS connection',
          ],
          ['another grant type', 'GRANT=password', 'unsupported_grant_type'],
          ['an unknown scope', 'SCOPE=other', 'invalid_scope'],
        ] as const,
    ),
  )('%s gets the answer that the page documents', async (_what, change, expected) => {
    const output = await page.run(
      `GRANT=client_credentials SCOPE=accounts:read ${change}
       curl -sS --cacert "$CA" --cert "$CERT" --key "$KEY" -u "$CLIENT_ID:$CLIENT_SECRET" "$TOKEN_ENDPOINT" -d grant_type=$GRANT -d scope=$SCOPE`,
    )
    expect(output).toContain(expected)
    expect(text).toContain(expected)
  })
})
