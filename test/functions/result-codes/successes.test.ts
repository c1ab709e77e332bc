import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { announceByApi, announcementOf, holder } from '../../support/announcements.ts'
import { tokensOf } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { pushing } from '../../support/pushing.ts'
import { benches, type Bench, type Provoke } from '../../support/result-codes.ts'
import { PUBLIC } from '../../support/walk.ts'

const root = new URL('../../../', import.meta.url).pathname
const written = globSync('functions/**/*.ts', { cwd: root })
  .flatMap((file) => readFileSync(`${root}${file}`, 'utf8').match(/'A\d{6}'/g) ?? [])
  .map((code) => code.slice(1, -1))

const ticketOf = async ({ authorize, client }: Bench) => (await authorize(client)).json['ticket']

const userinfoOf =
  (path: string): Provoke =>
  async ({ setService, granted, client, call }) => {
    await setService({ supportedScopes: [{ name: 'openid' }] })
    return call(path, { token: (await granted(client, undefined, { scope: 'openid' })).access })
  }

const SUCCESSES: Readonly<Record<string, Provoke>> = {
  A004001: ({ authorize, client }) => authorize(client),
  A033091: async (bench) => {
    const client = await bench.addClient(PUBLIC)
    const [from, to] = [await holder('a'), await holder('a')]
    return announceByApi(bench, client, from, announcementOf(from, to, START))
  },
  A040001: async (bench) => bench.issue(await ticketOf(bench)),
  A041091: async (bench) => bench.call('/auth/authorization/ticket/info', { ticket: await ticketOf(bench) }),
  A050001: async ({ redeem, code, client }) => redeem(client, await code(client)),
  A052001: ({ credentials, client }) => credentials(client),
  A053001: async ({ refresh, granted, client }) => refresh(client, (await granted(client)).refresh),
  A056001: async ({ introspect, credentials, client }) =>
    introspect(tokensOf(await credentials(client)).access),
  A091001: userinfoOf('/auth/userinfo'),
  A096001: userinfoOf('/auth/userinfo/issue'),
  A109001: ({ call, client }) =>
    call('/auth/token/create', { grantType: 'CLIENT_CREDENTIALS', clientId: client.number }),
  A113001: ({ call, client: { id: clientId, secret: clientSecret } }) =>
    call('/auth/revocation', { parameters: 'token=x', clientId, clientSecret }),
  A135001: async ({ call, credentials, client }) =>
    call('/auth/token/update', { accessToken: tokensOf(await credentials(client)).access }),
  A137001: ({ v3, client }) => v3('DELETE', `/client/authorization/delete/${client.id}?subject=alice`),
  A137091: ({ v3, client }) => v3('GET', `/client/granted_scopes/get/${client.id}?subject=alice`),
  A137092: ({ v3, client }) => v3('DELETE', `/client/granted_scopes/delete/${client.id}?subject=alice`),
  A138001: ({ v3, client }) => v3('POST', `/client/authorization/update/${client.id}`, { subject: 'alice' }),
  A145001: ({ call }) => call('/auth/introspection/standard', { parameters: 'token=x' }),
  A245001: (bench) => pushing(bench).push(bench.client),
  A148001: ({ v3, client }) => v3('GET', `/client/secret/refresh/${client.id}`),
  A149001: ({ v3, client }) =>
    v3('POST', `/client/secret/update/${client.id}`, { clientSecret: 's'.repeat(43) }),
  A149091: ({ v3, client }) => v3('POST', `/client/lock_flag/update/${client.id}`, { clientLocked: true }),
}

const { open, lastReason } = await benches()

test.each(Object.entries(SUCCESSES))('the success %s is answered', async (code, provoke) => {
  const { status, json } = await provoke(await open())
  expect([status, json['resultCode']]).toEqual([200, code])
  expect(json['resultMessage']).toMatch(new RegExp(`^\\[${code}\\] \\S.*\\.?$`))
  expect(lastReason()).toBeUndefined()
})

test('there is a success for each code that the functions answer with', () => {
  expect(Object.keys(SUCCESSES).toSorted()).toEqual([...new Set(written)].toSorted())
})
