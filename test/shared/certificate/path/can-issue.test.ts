import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { X509Certificate } from 'node:crypto'
import { connect, createServer, type TLSSocket } from 'node:tls'
import { expect, test } from 'vitest'
import { canIssue } from '../../../../shared/certificate/path/can-issue.ts'
import { type Built, element } from '../../../support/built-certificate.ts'
import {
  basicConstraints,
  client,
  issued,
  keyUsage,
  type Party,
  pemOf,
} from '../../../support/certificate-chain.ts'
import { presented } from '../../../support/vectors.ts'
import { identity } from '../../../infra/emulator/tls-client.ts'

const NOT_A_CA = { oid: '2.5.29.19', value: Buffer.from('3000', 'hex'), critical: true } as const
/** Bits of a Netscape certificate type: 0x80 client of TLS, 0x04 CA for TLS, 0x02 CA for mail. */
const netscape = (bits: number) => ({
  oid: '2.16.840.1.113730.1.1',
  value: Buffer.of(3, 2, 0, bits),
})
const [SIGNATURES, CERTIFICATES] = [keyUsage(0x80), keyUsage(0x84)]

/** Whether a server that trusts this self-signed certificate takes the certificate that its holder issues to somebody. */
async function letsItIssue(trusted: Party): Promise<boolean> {
  const victim = await client(trusted)
  const trust = { ca: pemOf(trusted), requestCert: true, rejectUnauthorized: false }
  const server = createServer({ ...identity('server-localhost'), ...trust }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>
  const caller = connect({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    cert: pemOf(victim),
    key: victim.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    rejectUnauthorized: false,
  })
  const [socket] = await accepted
  const { authorized } = socket
  caller.destroy()
  socket.destroy()
  server.close()
  return authorized
}

const selfSigned = (wishes: Built) => issued('mallory', undefined, wishes)

test.each<[string, Built, { readonly issues: boolean; readonly ca: boolean }]>([
  ['CA:TRUE', { extensions: [basicConstraints()] }, { issues: true, ca: true }],
  ['CA:TRUE and keyCertSign', { extensions: [basicConstraints(), CERTIFICATES] }, { issues: true, ca: true }],
  ['CA:TRUE and a path length of 0', { extensions: [basicConstraints(0)] }, { issues: true, ca: true }],
  ['version 1', { version: 1 }, { issues: true, ca: false }],
  ['keyCertSign without basicConstraints', { extensions: [CERTIFICATES] }, { issues: true, ca: false }],
  ['the Netscape type of a CA', { extensions: [netscape(0x04)] }, { issues: true, ca: false }],
  ['the Netscape type of a client', { extensions: [netscape(0x80)] }, { issues: false, ca: false }],
  ['CA:FALSE', { extensions: [NOT_A_CA] }, { issues: false, ca: false }],
  ['CA:FALSE and keyCertSign', { extensions: [NOT_A_CA, CERTIFICATES] }, { issues: false, ca: false }],
  ['a key usage without keyCertSign', { extensions: [SIGNATURES] }, { issues: false, ca: false }],
  ['version 3 and no extensions', {}, { issues: false, ca: false }],
])('canIssue and TLS agree about a trusted certificate with %s', async (_what, wishes, { issues, ca }) => {
  const certificate = await selfSigned(wishes)
  expect(await letsItIssue(certificate)).toBe(issues)
  expect(await canIssue(certificate.der)).toBe(issues)
  expect(new X509Certificate(certificate.der).ca).toBe(ca)
})

test.each<[string, Built]>([
  ['CA:TRUE and a key usage without keyCertSign', { extensions: [basicConstraints(), SIGNATURES] }],
  [
    'basicConstraints that cannot be parsed',
    { extensions: [{ ...NOT_A_CA, value: Buffer.from('040100', 'hex') }] },
  ],
  ['two basicConstraints', { extensions: [NOT_A_CA, basicConstraints()] }],
])('canIssue counts a certificate with %s as one that can issue', async (_what, wishes) => {
  expect(await canIssue((await selfSigned(wishes)).der)).toBe(true)
})

test.each(['file:article/certificate.pem', 'file:rfc8705-appendix-a/certificate.pem'])(
  'the certificate %s is of version 1, so it can issue',
  async (file) => {
    expect(await canIssue(new X509Certificate(presented(file) ?? '').raw)).toBe(true)
  },
)

test('a certificate whose basicConstraints cannot be parsed counts as one that can issue', async () => {
  const notATime = {
    oid: '2.5.29.19',
    value: element(0x30, element(0x18, 'no time')),
    critical: true,
  } as const
  const { der } = await selfSigned({ extensions: [notATime] })
  expect(await canIssue(der)).toBe(true)
})
