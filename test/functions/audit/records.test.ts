import { afterAll, describe, expect, test } from 'vitest'
import { credentialId, digest } from '../../../shared/store/digest.ts'
import { outcome } from '../../support/answers.ts'
import { type Listed, listRecords, recordsOf } from '../../support/audit.ts'
import { cutAll, pass, type Passing, startCuttingProxy } from '../../support/cutting-proxy.ts'
import { QUERIES } from '../../../infra/aws/template/queries.ts'
import { startEmbeddedEngine } from '../../../infra/emulator/engine.ts'
import { fixedRuntime, START } from '../../support/fixed-runtime.ts'
import { BASIC, openWalk, SUBJECT, TLS, UNBOUND } from '../../support/walk.ts'
import { certificatePem } from '../../support/vectors.ts'

const engine = await startEmbeddedEngine({})
const proxy = await startCuttingProxy(engine.endpoint)
const runtime = await fixedRuntime({ registryCacheSeconds: 0 }, proxy)
afterAll(async () => {
  await runtime.close()
  await engine.close()
})
const walk = await openWalk(runtime, {
  ...UNBOUND,
  supportedTokenAuthMethods: ['TLS_CLIENT_AUTH', 'CLIENT_SECRET_BASIC'],
})
const BY = credentialId({ digest: digest(walk.secrets.manage) })

const list = (query = '') => listRecords(walk, query)
const wait = (seconds: number) => {
  runtime.clock.now = (runtime.clock.now + seconds) as typeof START
}

test('one call answers who changed the certificate binding of a client, when, and from what', async () => {
  const client = await walk.addClient(TLS)
  wait(1)
  const changed = { ...TLS, tlsClientAuthSubjectDn: 'CN=other.example.org' }
  expect((await walk.v3('POST', `/client/update/${client.id}`, changed)).status).toBe(200)
  const { records } = await list(`?clientId=${client.id}`)
  expect(records).toMatchObject([
    {
      operation: '/client/update',
      requestedAt: runtime.clock.now * 1000,
      credential: BY,
      address: '203.0.113.10',
      outcome: 'DONE',
    },
  ])
  const [{ changes }] = records as [Listed]
  expect(changes).toMatchObject([{ kind: 'client', clientId: client.number, outcome: 'DONE' }])
  expect(changes[0]?.members).toContainEqual({
    name: 'tlsClientAuthSubjectDn',
    from: JSON.stringify(TLS.tlsClientAuthSubjectDn),
    to: '"CN=other.example.org"',
  })
})

test('the audit records only the name of a secret, the digest and length of a long value, and the thumbprint of a certificate', async () => {
  const { json } = await walk.v3('POST', '/client/create', { ...BASIC, description: 'd'.repeat(2_000) })
  const id = String(json['clientId'])
  await walk.v3('GET', `/client/secret/refresh/${id}`)
  const { records } = await list(`?clientId=${id}`)
  const members = new Map(
    records
      .flatMap(({ changes }) => changes.flatMap((change) => change.members))
      .map((member) => [member.name, member]),
  )
  expect(members.get('clientSecretDigest')).toEqual({ name: 'clientSecretDigest' })
  expect(members.get('description')?.to).toBe(
    `SHA-256 ${digest(JSON.stringify('d'.repeat(2_000)))}, 2002 bytes`,
  )
  wait(1)
  const issuers = { clientCertificateIssuers: [certificatePem('ca-issuing')] }
  expect((await walk.v3('POST', '/service/update', issuers)).status).toBe(200)
  const [latest] = (await list()).records
  const issuer = latest?.changes
    .flatMap((change) => change.members)
    .find(({ name }) => name === 'clientCertificateIssuers')
  expect(issuer?.to).toMatch(/^\[\{"SHA-256":"[\w-]{43}"\}\]$/)
})

test('the copy of a record is in the log, also with logLevel warn', async () => {
  runtime.lines.length = 0
  const client = await walk.addClient(BASIC)
  await walk.v3('POST', `/client/lock_flag/update/${client.id}`, { clientLocked: true })
  const copies = runtime.lines
    .map((line) => JSON.parse(line) as { change?: object })
    .filter(({ change }) => change !== undefined)
  expect(copies).toMatchObject([
    {
      level: 'info',
      change: { audited: { operation: '/client/lock_flag/update', by: BY }, write: { kind: 'clientState' } },
    },
    { change: { write: { kind: 'client', client: client.number } } },
    { change: { outcome: { others: 0 } } },
  ])
})

/** The members of a line, as CloudWatch Logs Insights names them. */
function membersOf(value: unknown, name = ''): string[] {
  if (typeof value !== 'object' || value === null) return [name]
  return Object.entries(value).flatMap(([key, inner]) =>
    membersOf(inner, name === '' ? key : `${name}.${key}`),
  )
}

test('the saved query about changes reads the copies of records, and names only members that these have', async () => {
  runtime.lines.length = 0
  const client = await walk.addClient(BASIC)
  await walk.v3('POST', `/client/lock_flag/update/${client.id}`, { clientLocked: true })
  const lines = runtime.lines.map((line) => membersOf(JSON.parse(line)))
  const copies = lines.filter((members) => members.some((member) => member.startsWith('change.')))
  const [, selection = '', fields = ''] = QUERIES['changes by credential'].lines
  const selected = [...selection.matchAll(/ispresent\(([\w.]+)\)/g)].map(([, name = '']) => name)
  expect(lines.filter((members) => selected.some((name) => members.includes(name)))).toEqual(copies)
  const named = fields.replace('fields @timestamp, ', '').split(', ')
  const known = new Set(copies.flat())
  // Only the copy of a refused operation has a reason.
  expect(named.filter((name) => !known.has(name))).toEqual(['change.outcome.reason'])
})

test('a call of the OAuth face and one of the role runtime write no record', async () => {
  const client = await walk.addClient(BASIC)
  const before = (await runtime.tables.audit.scan()).length
  const { refresh } = await walk.granted(client)
  await walk.refresh(client, refresh)
  expect((await runtime.tables.audit.scan()).length).toBe(before)
})

describe('a record that cannot be stored', () => {
  test('its change is not made, and the answer is 503', async () => {
    const client = await walk.addClient(BASIC)
    const before = await runtime.tables.everything()
    proxy.fate = cutAll('PutItem', 'audit')
    const answers = [
      await walk.v3('POST', `/client/update/${client.id}`, { ...BASIC, clientName: 'New' }),
      await walk.v3('DELETE', `/client/delete/${client.id}`),
      await walk.v3('POST', '/service/update', { serviceName: 'New' }),
      await walk.call('/auth/token/create', {
        grantType: 'AUTHORIZATION_CODE',
        clientId: client.id,
        subject: SUBJECT,
      }),
    ]
    proxy.fate = pass
    expect(answers.map(outcome)).toEqual(['503 A001191', '503 A001191', '503 A001191', '503 A001191'])
    expect(await runtime.tables.everything()).toEqual(before)
  })

  test('if only its outcome cannot be stored, the change is made and a reader settles the record', async () => {
    const client = await walk.addClient(BASIC)
    let puts = 0
    proxy.fate = async (passing, forward) =>
      passing.body['TableName'] === 'audit' && passing.operation === 'PutItem' && (puts += 1) > 1
        ? undefined
        : forward()
    const answer = await walk.v3('GET', `/client/secret/refresh/${client.id}`)
    proxy.fate = pass
    expect(answer.status).toBe(200)
    // The next change hides the attempt in the item, but its record has read it.
    const [unfinished] = (await list(`?clientId=${client.id}`)).records
    expect(unfinished).toMatchObject({ outcome: 'DONE' })
    // Nobody has counted the items that the record does not list.
    expect(unfinished).not.toHaveProperty('otherItems')
    wait(1)
    await walk.v3('GET', `/client/secret/refresh/${client.id}`)
    expect((await list(`?clientId=${client.id}`)).records).toMatchObject([
      { outcome: 'DONE', otherItems: 0 },
      { outcome: 'DONE' },
    ])
    await walk.v3('DELETE', `/client/delete/${client.id}`)
    const { records } = await list(`?clientId=${client.id}`)
    expect(records.map((record) => record.outcome)).toEqual(['DONE', 'DONE', 'DONE'])
  })
})

test('a change whose call broke off may still be going on for a minute, and was then not done', async () => {
  const client = await walk.addClient(BASIC)
  const token = await walk.granted(client)
  const isWrite = ({ operation }: Passing) => operation === 'UpdateItem'
  proxy.fate = async (passing, forward) => (isWrite(passing) ? undefined : forward())
  expect((await walk.v3('GET', `/client/secret/refresh/${client.id}`)).status).toBe(503)
  expect((await walk.call('/auth/token/update', { accessToken: token.access, scopes: [] })).status).toBe(503)
  proxy.fate = pass
  const outcomes = async () => (await list(`?clientId=${client.id}`)).records.map(({ outcome: each }) => each)
  expect(await outcomes()).toEqual(['PENDING', 'PENDING'])
  wait(60)
  expect(await outcomes()).toEqual(['NOT_DONE', 'NOT_DONE'])
  // A refresh writes the grant without a record, so nothing shows any more what was before it.
  await walk.refresh(client, token.refresh)
  expect((await outcomes()).sort()).toEqual(['NOT_DONE', 'UNKNOWN'])
})

test('a record whose beginning has expired is left out', async () => {
  const { json } = await walk.v3('POST', '/client/create', { clientName: 'Expired' })
  const query = `?clientId=${String(json['clientId'])}`
  expect((await list(query)).records).toHaveLength(1)
  const items = await runtime.tables.audit.scan()
  const { pk, sk } = items.find((item) => JSON.stringify(item).includes(String(json['clientId']))) ?? {}
  await runtime.tables.audit.remove({ pk, sk })
  expect((await list(query)).records).toEqual([])
})

test('the deletion of a service leaves its records', async () => {
  const other = await openWalk(runtime, UNBOUND)
  await other.v3('POST', '/client/create', { clientName: 'Gone' })
  wait(1)
  expect((await other.v3('DELETE', '/service/delete')).status).toBe(204)
  expect((await recordsOf(runtime, other.number)).map(({ operation }) => operation)).toEqual([
    '/service/delete',
    '/client/create',
  ])
})

test('a change that is refused after a write is recorded with its reason', async () => {
  const [one, other] = [await walk.addClient(BASIC), await walk.addClient(BASIC)]
  await walk.v3('POST', `/client/update/${one.id}`, { ...BASIC, clientIdAlias: 'taken' })
  wait(1)
  const refused = await walk.v3('POST', `/client/update/${other.id}`, { ...BASIC, clientIdAlias: 'taken' })
  expect(outcome(refused)).toBe('400 A030601')
  const [latest] = (await list()).records
  expect(latest).toMatchObject({ outcome: 'NOT_DONE', reason: 'client-alias-taken-at-update' })
})
