import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Certificate, type BasicConstraints } from 'pkijs'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { developmentCertificates, type StoredIdentity } from '../../../../infra/emulator/site/certificates.ts'
import { mutualTlsEdge } from '../../../../infra/emulator/edge/edge.ts'
import { readTruststore } from '../../../../infra/truststore/truststore.ts'
import { echoSite } from '../edge/edge-fixture.ts'
import { makeAuthority, makeIdentity, send, type Authority } from '../tls-client.ts'

const NAMES = ['alpha', 'beta'] as const
const DAY_MILLISECONDS = 86_400_000

let directory: string
beforeEach(async () => {
  const parent = await mkdtemp(join(tmpdir(), 'certificates-'))
  directory = join(parent, 'certificates')
  return () => rm(parent, { recursive: true })
})

const make = () => developmentCertificates(directory, NAMES)
const file = (name: string) => join(directory, name)

async function contents(): Promise<Record<string, string>> {
  const entries: Record<string, string> = {}
  for (const name of (await readdir(directory)).sort()) entries[name] = await readFile(file(name), 'utf8')
  return entries
}

/** The files that a second run changes. */
async function changedBy(tamper: () => Promise<unknown>): Promise<string[]> {
  await make()
  await tamper()
  const before = await contents()
  await make()
  const after = await contents()
  expect(Object.keys(after)).toHaveLength(8)
  return Object.keys(after).filter((name) => after[name] !== before[name])
}

async function authority(): Promise<Authority> {
  return {
    certificate: new X509Certificate(await readFile(file('ca.pem'))),
    key: await readFile(file('ca.key.pem'), 'utf8'),
  }
}

async function replace(name: string, pair: { cert: string; key: string }): Promise<void> {
  await writeFile(file(`${name}.pem`), pair.cert)
  await writeFile(file(`${name}.key.pem`), pair.key)
}

function details({ cert }: StoredIdentity) {
  const x509 = new X509Certificate(cert)
  const { version, extensions = [] } = Certificate.fromBER(x509.raw)
  const critical = extensions.filter((extension) => extension.critical).map((extension) => extension.extnID)
  const days = (x509.validToDate.getTime() - x509.validFromDate.getTime()) / DAY_MILLISECONDS
  const [constraints] = extensions.map((extension) => extension.parsedValue as BasicConstraints)
  return { x509, version, critical, days, pathLength: constraints?.pathLenConstraint }
}

test('the first run makes a private directory, and keys that only the owner may read', async () => {
  await make()
  const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)
  expect(await mode(directory)).toBe('700')
  const keys = ['ca', 'server', ...NAMES].map((name) => file(`${name}.key.pem`))
  expect(await Promise.all(keys.map(mode))).toEqual(keys.map(() => '600'))
})

test('the first run makes a CA for ten years, which may sign certificates but no further CA', async () => {
  const { x509, version, critical, days, pathLength } = details((await make()).ca)
  expect(x509).toMatchObject({ ca: true, subject: 'O=Certbound Development\nCN=Certbound Development CA' })
  expect({ version, critical, days }).toEqual({
    version: 2,
    critical: ['2.5.29.19', '2.5.29.15'],
    days: 3650,
  })
  expect(pathLength).toBe(0)
  expect(x509.checkIssued(x509) && x509.verify(x509.publicKey)).toBe(true)
})

test('the first run makes a server certificate for the names of this machine', async () => {
  const { x509, version, critical, days } = details((await make()).server)
  expect(x509.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1')
  expect(x509).toMatchObject({ ca: false, keyUsage: ['1.3.6.1.5.5.7.3.1'] })
  expect({ version, critical, days }).toEqual({
    version: 2,
    critical: ['2.5.29.19', '2.5.29.15'],
    days: 365,
  })
})

test('the first run makes a client certificate for each name', async () => {
  const { clients } = await make()
  expect(Object.keys(clients)).toEqual(NAMES)
  for (const [name, pair] of Object.entries(clients)) {
    const { x509, days } = details(pair)
    expect(x509).toMatchObject({ ca: false, keyUsage: ['1.3.6.1.5.5.7.3.2'], subjectAltName: undefined })
    expect(x509.subject).toBe(`O=Certbound Development\nCN=${name}`)
    expect(days).toBe(365)
  }
})

test('the first run gives every certificate a positive serial number of its own, and its key', async () => {
  const { ca, server, clients } = await make()
  const pairs = [ca, server, ...Object.values(clients)]
  const serials = pairs.map((pair) => new X509Certificate(pair.cert).serialNumber)
  expect(new Set(serials).size).toBe(pairs.length)
  for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9A-F]{31}$/)
  for (const { cert, key, certificateFile, keyFile } of pairs) {
    expect(new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))).toBe(true)
    expect(await readFile(certificateFile, 'utf8')).toBe(cert)
    expect(await readFile(keyFile, 'utf8')).toBe(key)
  }
})

test('a client accepts the edge with the certificates of the first run, and the edge accepts the client', async () => {
  const { ca, server, clients } = await make()
  const site = echoSite()
  const { port, close } = await mutualTlsEdge({
    ...site,
    key: server.key,
    cert: server.cert,
    truststore: await readTruststore(ca.certificateFile),
  })
  onTestFinished(close)
  const presented = { ca: ca.cert, cert: clients.alpha.cert, key: clients.alpha.key }
  for (const servername of ['localhost', '']) {
    const answer = await send(port, {}, { ...presented, servername, rejectUnauthorized: true })
    expect(answer.status).toBe(200)
  }
  expect(site.events[0]?.requestContext.authentication?.clientCert.subjectDN).toBe(
    'CN=alpha,O=Certbound Development',
  )
})

test('a later run keeps everything', async () => {
  expect(await changedBy(() => Promise.resolve())).toEqual([])
})

test('a later run adds a client and leaves the others', async () => {
  const first = await make()
  const second = await developmentCertificates(directory, ['alpha', 'gamma'])
  expect(second.clients.alpha).toEqual(first.clients.alpha)
  expect(await readdir(directory)).toEqual(expect.arrayContaining(['beta.pem', 'gamma.key.pem', 'gamma.pem']))
})

test.each(['ca.pem', 'ca.key.pem'])('a later run makes everything again when %s is missing', async (name) => {
  expect(await changedBy(() => rm(file(name)))).toHaveLength(8)
})

const remove = (name: string) => () => rm(file(name))
const issuedBy =
  (issuer: (ca: Authority) => Authority | Promise<Authority>, wishes = {}) =>
  async () =>
    replace('alpha', await makeIdentity(await issuer(await authority()), wishes))
const own = (ca: Authority) => ca

test.each<[string, () => Promise<unknown>]>([
  ['alpha.pem is missing', remove('alpha.pem')],
  ['alpha.key.pem is missing', remove('alpha.key.pem')],
  ['the certificate ends within 7 days', issuedBy(own, { until: 6.9 })],
  ['the certificate has ended', issuedBy(own, { until: -1 })],
  ['the certificate is not yet valid', issuedBy(own, { from: 1, until: 60 })],
  ['another CA issued the certificate', issuedBy(() => makeAuthority('Another CA'))],
  ['another CA of the same name issued it', issuedBy(() => makeAuthority('Certbound Development CA'))],
  [
    'another CA with the same key issued it',
    issuedBy(({ key }) => makeAuthority('Another CA', undefined, key)),
  ],
  [
    'the name and the key identifier of the CA are in it, but another key signed it',
    issuedBy(async ({ certificate }) => ({ certificate, key: (await makeAuthority('Another CA')).key })),
  ],
  [
    'the key is that of another certificate',
    async () => writeFile(file('alpha.key.pem'), await readFile(file('beta.key.pem'))),
  ],
])('a later run makes only the key and the certificate of a client again when %s', async (_name, tamper) => {
  expect(await changedBy(tamper)).toEqual(['alpha.key.pem', 'alpha.pem'])
  const { cert, key } = (await make()).clients.alpha
  expect(new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))).toBe(true)
})

test('a later run keeps a certificate of the CA that lasts longer than 7 days, even if another program made it', async () => {
  await make()
  await replace('alpha', await makeIdentity(await authority(), { until: 7.1 }))
  const replaced = await contents()
  await make()
  expect(await contents()).toEqual(replaced)
})

test.each(['ca.pem', 'ca.key.pem', 'server.pem', 'server.key.pem', 'alpha.pem', 'alpha.key.pem'])(
  'a broken %s is named in one line and stays as it is',
  async (name) => {
    await make()
    await writeFile(file(name), 'junk')
    const refusal = await make().catch((error: unknown) => (error as Error).message)
    expect(refusal).toMatch(
      /^\S+ cannot be read as a PEM (certificate|private key) \(\w+\): remove this file, and a new one is made$/,
    )
    expect(refusal).toContain(`${file(name)} `)
    expect(await readFile(file(name), 'utf8')).toBe('junk')
  },
)

test('a certificate file that cannot be read is named in one line', async () => {
  await mkdir(file('alpha.pem'), { recursive: true })
  await expect(make()).rejects.toThrow(`${file('alpha.pem')} cannot be read (EISDIR)`)
})

test('a file in the place of the directory is named in one line', async () => {
  await writeFile(directory, '')
  await expect(make()).rejects.toThrow(`${directory} cannot be created (EEXIST)`)
})
