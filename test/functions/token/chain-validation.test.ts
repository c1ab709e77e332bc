import { expect, test } from 'vitest'
import type { EpochSeconds } from '../../../shared/epoch-seconds.ts'
import { outcome, tokensOf } from '../../support/answers.ts'
import { AUTHORITY, authority, client, issued, type Party, pemOf } from '../../support/certificate-chain.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { spelling } from '../../support/vectors.ts'
import { BASIC, form, TLS } from '../../support/walk.ts'

const OK = 'OK A052001'
const invalid = (resultCode: string) => `INVALID_CLIENT ${resultCode} invalid_client`
const NO_PATH = invalid('A157338')
const INVALID_PATH = invalid('A157339')

const root = await authority('Root')
const middle = await authority('Middle', root)
const issuing = await authority('Issuing', middle)
const leaf = await client(issuing)
const walk = await testWalk(trusting(root))
const { runtime } = walk
const asking = await walk.addClient({ ...TLS, tlsClientAuthSubjectDn: 'CN=client' })

function trusting(...roots: Party[]) {
  const trustedRootCertificates = roots.map(pemOf)
  return { mutualTlsValidatePkiCertChain: true, trustedRootCertificates }
}

const pems = (...parties: Party[]) => parties.map(pemOf)

/** The outcome of `/auth/token` for a client whose terminator has handed on this path. */
async function asked(certificate: Party, clientCertificatePath?: unknown): Promise<string> {
  const members = { clientCertificate: pemOf(certificate), clientCertificatePath }
  return outcome(await walk.token(asking, { grant_type: 'client_credentials' }, members))
}

test('a path is built from clientCertificatePath in any order', async () => {
  expect(await asked(leaf, pems(issuing, middle))).toBe(OK)
  expect(await asked(leaf, pems(middle, issuing, root, leaf))).toBe(OK)
  expect(await asked(leaf, pems(issuing))).toBe(NO_PATH)
  expect(await asked(leaf, [])).toBe(NO_PATH)
  expect(await asked(leaf)).toBe(NO_PATH)
})

test('the OAuth face has only the leaf: authorities below the root must be in the list of the service', async () => {
  const ask = async () => {
    const members = { grant_type: 'client_credentials', client_id: asking.id }
    return (await walk.post('/token', members, pemOf(leaf))).status
  }
  expect(await ask()).toBe(401)
  await walk.setService(trusting(root, middle, issuing))
  expect(await ask()).toBe(200)
  await walk.setService(trusting(middle, issuing))
  expect(await ask()).toBe(401)
  await walk.setService({ mutualTlsValidatePkiCertChain: false })
  expect(await ask()).toBe(200)
})

test('a certificate of the right name from another authority is refused with every path', async () => {
  const rogue = await authority('Root')
  const rogueIssuing = await authority('Issuing', rogue)
  const forged = await client(rogueIssuing)
  expect(await asked(forged, pems(rogueIssuing, rogue))).toBe(NO_PATH)
  expect(await asked(forged, pems(issuing, middle, root))).toBe(NO_PATH)
  const disguised = await issued('client', { ...rogueIssuing, name: 'Issuing' }, { extensions: AUTHORITY })
  expect(await asked(disguised, pems(disguised, issuing, middle))).toBe(NO_PATH)
  expect(await asked(await issued('client', leaf, {}), pems(leaf, issuing, middle))).toBe(NO_PATH)
  await walk.setService({ mutualTlsValidatePkiCertChain: false })
  expect(await asked(forged)).toBe(OK)
})

test.each([
  ['no certificate', 'x'],
  ['half a certificate', spelling('truncated-der')],
  ['two certificates', spelling('two-different-leaves')],
  ['a private key', spelling('private-key')],
  ['more than is read', 'A'.repeat(65_537)],
])('a path with %s in it counts as none', async (_name, broken) => {
  expect(await asked(leaf, [...pems(issuing, middle), broken])).toBe(NO_PATH)
})

test('a path of more than ten certificates counts as none', async () => {
  const [a, b] = pems(issuing, middle)
  expect(await asked(leaf, [...Array.from({ length: 8 }, () => a), a, b])).toBe(OK)
  expect(await asked(leaf, [...Array.from({ length: 9 }, () => a), a, b])).toBe(NO_PATH)
})

test('empty entries of a path are left out', async () => {
  expect(await asked(leaf, [...pems(issuing), '', '(null)', ...pems(middle)])).toBe(OK)
})

test('a clientCertificatePath of another type is refused with 400', async () => {
  for (const wrong of [1, { 0: 'x' }, [1], [['x']], true]) {
    expect(await asked(leaf, wrong)).toMatch(/^400 A001/)
  }
})

test('a form body carries the path as one text, in PEM or in base64 with spaces between', async () => {
  const texts = [issuing, middle]
  const ask = async (path: string) => {
    const parameters = form({ grant_type: 'client_credentials', client_id: asking.id })
    const members = { parameters, clientCertificate: pemOf(leaf), clientCertificatePath: path }
    return outcome(await walk.callByForm('/auth/token', members))
  }
  expect(await ask(texts.map(pemOf).join(''))).toBe(OK)
  expect(await ask(texts.map(pemOf).join(' ').replaceAll('\n', ' '))).toBe(OK)
  expect(await ask(texts.map(({ der }) => der.toString('base64')).join(' '))).toBe(OK)
  expect(await ask(pemOf(issuing))).toBe(NO_PATH)
  expect(await ask(`${texts.map(pemOf).join('')}x`)).toBe(NO_PATH)
})

test('a path that breaks a rule is invalid', async () => {
  const forgeable = await client(issuing, { hash: 'SHA-1' })
  expect(await asked(forgeable, pems(issuing, middle))).toBe(INVALID_PATH)
})

test('the dates of the path are judged at every request', async () => {
  const short = await authority('Short', root, { notAfter: new Date((START + 60) * 1000).toISOString() })
  const end = await client(short)
  const at = async (seconds: number) => {
    runtime.clock.now = (START + seconds) as EpochSeconds
    return asked(end, pems(short))
  }
  expect([await at(0), await at(60), await at(61), await at(0)]).toEqual([OK, OK, NO_PATH, OK])
})

test('the list of issuers applies beside the path', async () => {
  await walk.setService({ clientCertificateIssuers: pems(middle) })
  expect(await asked(leaf, pems(issuing, middle))).toBe(invalid('A157395'))
  await walk.setService({ clientCertificateIssuers: pems(issuing) })
  expect(await asked(leaf, pems(issuing, middle))).toBe(OK)
  expect(await asked(leaf, pems(issuing))).toBe(NO_PATH)
})

test('revocation requires the path as well', async () => {
  const { access } = tokensOf(
    await walk.token(
      asking,
      { grant_type: 'client_credentials' },
      { clientCertificate: pemOf(leaf), clientCertificatePath: pems(issuing, middle) },
    ),
  )
  const revoke = async (clientCertificatePath?: string[]) => {
    const parameters = form({ token: access, client_id: asking.id })
    const members = { parameters, clientCertificate: pemOf(leaf), clientCertificatePath }
    return outcome(await walk.call('/auth/revocation', members))
  }
  expect(await revoke()).toBe(NO_PATH)
  expect(outcome(await walk.introspect(access))).toBe('OK A056001')
  expect(await revoke(pems(issuing, middle))).toBe('OK A113001')
  expect(outcome(await walk.introspect(access))).toMatch(/^UNAUTHORIZED/)
})

test('every client is refused without roots, and with roots that cannot be read', async () => {
  const set = (trustedRootCertificates: string[]) => walk.setService({ trustedRootCertificates })
  await set([])
  expect(await asked(leaf, pems(issuing, middle))).toBe(invalid('A157335'))
  await set([...pems(root), 'x'])
  expect(await asked(leaf, pems(issuing, middle))).toBe(invalid('A157336'))
  await set([...pems(root), 'AAAA'])
  expect(await asked(leaf, pems(issuing, middle))).toBe(invalid('A157337'))
})

test('the path does not concern other methods', async () => {
  await walk.setService({ trustedRootCertificates: [] })
  const basic = await walk.addClient(BASIC)
  expect(outcome(await walk.credentials(basic, pemOf(leaf)))).toBe(OK)
})

test('a path is not even read where the service does not validate it', async () => {
  await walk.setService({ mutualTlsValidatePkiCertChain: false })
  expect(await asked(leaf, ['x'])).toBe(OK)
})
