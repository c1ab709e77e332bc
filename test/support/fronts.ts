import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { vi } from 'vitest'
import { listen } from '../../infra/connections/listen.ts'
import type { HeaderEdge } from '../../shared/resource-server/edges.ts'
import type { FrontProof } from '../../shared/resource-server/front-proof.ts'
import { converse, identity, vector } from '../infra/emulator/tls-client.ts'
import { available, runs, samplesIn } from './page-code.ts'

/** The configurations of the page, each run by its program. */
export const CONFIGURATIONS = samplesIn('docs/edges.md')
const SECRET = 'c2VjcmV0IG9mIHRoZSBmcm9udHMgb2YgdGhlIHRlc3Q'

/** The identity that a front presents to the server. Its CA is also that of the clients, so that only its name distinguishes it. */
const FRONT = identity('client-rsa-2048')
export const MUTUAL_TLS: FrontProof = {
  mutualTls: { issuers: [vector('ca-issuing')], name: 'spiffe://example.org/ns/prod/sa/rsa' },
}
const SECRET_HEADER: FrontProof = { secretHeader: { name: 'Front-Secret', values: [SECRET] } }

interface Front {
  readonly program: string
  readonly version: string
  readonly file: string
  readonly arguments: (file: string) => readonly string[]
  readonly proof: FrontProof
  /** Lets the program write below its folder only, and finds its modules. */
  readonly adapt: (configuration: string, folder: string) => string
}

const APACHE_MODULES = ['mpm_event', 'authz_core', 'ssl', 'headers', 'proxy', 'proxy_http']
  .map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`)
  .join('\n')
const NGINX_WRITES = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  .map((name) => `${name}_temp_path ${name};`)
  .join(' ')

export const FRONTS: Readonly<Partial<Record<HeaderEdge, Front>>> = {
  nginx: {
    ...{ program: 'nginx', version: '-v', file: 'nginx.conf', proof: MUTUAL_TLS },
    arguments: (file) => [
      ...['-e', 'stderr', '-p', join(file, '..'), '-c', file],
      '-g',
      'daemon off; master_process off;',
    ],
    adapt: (text, folder) =>
      `pid ${folder}/nginx.pid;\n${text.replace('http {', `http { access_log off; ${NGINX_WRITES}`)}`,
  },
  haproxy: {
    ...{ program: 'haproxy', version: '-v', file: 'haproxy.cfg', proof: SECRET_HEADER },
    arguments: (file) => ['-db', '-f', file],
    adapt: (text) => text,
  },
  apache: {
    ...{ program: 'apache2', version: '-v', file: 'apache.conf', proof: MUTUAL_TLS },
    arguments: (file) => ['-X', '-f', file],
    adapt: (text, folder) =>
      [
        ...[`ServerRoot ${folder}`, APACHE_MODULES, `PidFile ${folder}/apache.pid`, 'Mutex posixsem'],
        ...[`ErrorLog ${folder}/error.log`, 'ServerName localhost', 'User nobody', 'Group nogroup', text],
      ].join('\n'),
  },
  caddy: {
    ...{ program: 'caddy', version: 'version', file: 'caddy.json', proof: SECRET_HEADER },
    arguments: (file) => ['run', '--config', file],
    adapt: (text) => text,
  },
}

export const INSTALLED = Object.entries(FRONTS).filter(
  ([name, { program, version }]) => available(name, runs(program, version) ? undefined : program).length > 0,
)

/** The server behind a front. It requests a certificate if the front presents one. */
export function serverFor(proof: FrontProof, listener: RequestListener) {
  if (proof !== MUTUAL_TLS) return createHttpServer(listener)
  const tls = { ...identity('server-localhost', 'ca-issuing'), ca: [vector('ca-root'), vector('ca-issuing')] }
  return createHttpsServer({ ...tls, requestCert: true, rejectUnauthorized: false }, listener)
}

export async function freePort(): Promise<number> {
  const { port, close } = await listen(createServer())
  await close()
  return port
}

/** Starts the program with the configuration of the page, with other ports and the name of this machine. */
export async function start(
  front: Front,
  folder: string,
  port: number,
  backend: number,
): Promise<() => Promise<void>> {
  const server = identity('server-localhost', 'ca-issuing')
  const files = {
    'server.pem': server.cert,
    'server.key.pem': server.key,
    'server-and-key.pem': server.cert + server.key,
    'clients-ca.pem': vector('ca-root') + vector('ca-issuing'),
    'front.pem': FRONT.cert,
    'front.key.pem': FRONT.key,
    'front-and-key.pem': FRONT.cert + FRONT.key,
    'backends-ca.pem': vector('ca-root'),
    [front.file]: front
      .adapt(CONFIGURATIONS.get(front.file) ?? '', folder)
      .replace('*:8443', `*:${port}`)
      .replace(/:?8443/, `127.0.0.1:${port}`)
      .replaceAll(/:(8080|9443)\b/g, `:${backend}`)
      .replaceAll('accounts.internal', 'localhost'),
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const child = spawn(front.program, front.arguments(join(folder, front.file)), {
    cwd: folder,
    env: { HOME: folder, PATH: process.env['PATH'], FRONT_SECRET: SECRET },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  for (const output of [child.stdout, child.stderr])
    output.on('data', (chunk: Buffer) => (log += chunk.toString()))
  const ended = once(child, 'close')
  const stop = async () => {
    child.kill()
    await ended
  }
  const answers = async () => {
    const { said } = await converse(port, {})
    if (!said.includes('401')) throw new Error(`${front.program} answers "${said}": ${log}`)
  }
  try {
    await vi.waitFor(answers, { timeout: 10_000, interval: 50 })
  } catch (error) {
    await stop()
    throw error
  }
  return stop
}
