import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { text } from 'node:stream/consumers'
import { connect, type ConnectionOptions } from 'node:tls'
import {
  type Identity,
  type IdentityOptions,
  makeIdentity as issue,
} from '../../../infra/connections/identity.ts'

export interface Answer {
  readonly status: number
  readonly body: string
}

export interface Message {
  readonly method?: string
  readonly path?: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | Buffer
}

/** A file of test/vectors/certs, for example `ca-root` or `client-other.test-key`. */
export function vector(name: string): string {
  return readFileSync(new URL(`../../vectors/certs/${name}.pem`, import.meta.url), 'utf8')
}

/** The certificate, its chain and the key of a client of test/vectors. */
export function identity(name: string, ...chain: string[]): { cert: string; key: string } {
  const key = vector(`${name.replace(/-renewed$/, '')}.test-key`)
  return { cert: [name, ...chain].map(vector).join(''), key }
}

export function send(port: number, message: Message, tls?: ConnectionOptions): Promise<Answer> {
  const { method = 'GET', path = '/echo', headers = {}, body } = message
  const common = { host: '127.0.0.1', port, method, path, headers, agent: false }
  return new Promise((resolve, reject) => {
    const outgoing =
      tls === undefined
        ? httpRequest(common)
        : httpsRequest({ ...common, ...tls, servername: 'localhost', rejectUnauthorized: false })
    outgoing.once('error', reject)
    outgoing.once('response', (response) => {
      text(response).then((received) => resolve({ status: response.statusCode ?? 0, body: received }), reject)
    })
    outgoing.end(body)
  })
}

export interface Conversation {
  /** Everything that the server sent inside TLS, until the connection ended. */
  readonly said: string
  readonly reused: boolean
  readonly session: Buffer | undefined
  readonly error: NodeJS.ErrnoException | undefined
}

/** Connects, sends one request with `connection: close`, and reads to the end. */
export function converse(port: number, tls: ConnectionOptions): Promise<Conversation> {
  return new Promise((resolve) => {
    let said = ''
    let reused = false
    let session: Buffer | undefined
    let error: NodeJS.ErrnoException | undefined
    const socket = connect({
      host: '127.0.0.1',
      port,
      servername: 'localhost',
      rejectUnauthorized: false,
      ...tls,
    })
    socket.once('secureConnect', () => {
      reused = socket.isSessionReused()
      session = socket.getSession()
      socket.write('GET /echo HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')
    })
    socket.on('session', (issued: Buffer) => (session = issued))
    socket.on('data', (chunk: Buffer) => (said += chunk.toString()))
    socket.on('error', (reason: Error) => (error = reason))
    socket.once('close', () => resolve({ said, reused, session, error }))
  })
}

export interface Authority {
  readonly certificate: X509Certificate
  readonly key: string
}

/** A P-256 CA of this test run, issued by `issuer` or by itself. */
export async function makeAuthority(
  commonName: string,
  issuer?: Authority,
  key?: string,
): Promise<Authority> {
  const made = await makeIdentity(issuer, { profile: 'ca', commonName, ...(key !== undefined && { key }) })
  return { certificate: new X509Certificate(made.cert), key: made.key }
}

export interface Wishes {
  readonly profile?: IdentityOptions['profile']
  readonly commonName?: string
  /** Days from now; negative for the past. */
  readonly from?: number
  readonly until?: number
  /** PEM; a fresh P-256 key without it. */
  readonly key?: string
}

/** A key with a certificate as wished. */
export function makeIdentity(issuer: Authority | undefined, wishes: Wishes): Promise<Identity> {
  const { profile = 'client', commonName = 'test client', from = -30, until = 30, key } = wishes
  const day = (offset: number) => new Date(Date.now() + offset * 86_400_000)
  const dates = { notBefore: day(from), notAfter: day(until) }
  const own = key === undefined ? {} : { key: createPrivateKey(key) }
  return issue(
    { profile, commonName, ...dates, ...own },
    issuer && { ...issuer, key: createPrivateKey(issuer.key) },
  )
}

/** PEM. */
export function freshKey(rsaBits?: number): string {
  const { privateKey } =
    rsaBits === undefined
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: rsaBits })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}
