import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { mutualTlsRequest, type TlsIdentity } from '../../infra/connections/mutual-tls-request.ts'
import { freePort } from '../../infra/emulator/free-port.ts'
import { addClient, CLIENT_CERTIFICATES } from '../../infra/emulator/site/seed.ts'
import { converse } from '../infra/emulator/tls-client.ts'
import { openSamples, TOOLS } from '../support/samples.ts'

const { CONFIDENTIAL, STRANGER } = CLIENT_CERTIFICATES

let page: Awaited<ReturnType<typeof openSamples>>
beforeAll(async () => {
  page = await openSamples('docs/introspection.md')
  const { server, ca } = page.site.certificates
  await copyFile(server.certificateFile, join(page.folder, 'server.pem'))
  await copyFile(server.keyFile, join(page.folder, 'server.key.pem'))
  await copyFile(ca.certificateFile, join(page.folder, 'clients-ca.pem'))
})
afterAll(() => page.close())

/** A WSGI server on a Unix socket, as gunicorn is one, of Python's own library. */
const GUNICORN = `
import socketserver, sys
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from accounts import application
class Server(socketserver.ThreadingMixIn, WSGIServer):
    address_family = socketserver.socket.AF_UNIX
    def server_bind(self):
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = 'accounts', 0
        self.setup_environ()
    def get_request(self):
        return super().get_request()[0], ('nginx', 0)
server = Server(sys.argv[1], WSGIRequestHandler)
server.set_app(application)
server.serve_forever()
`

/** Lets nginx write below its prefix only. */
const WRITES = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  .map((name) => `${name}_temp_path ${name};`)
  .join(' ')

/** The command that starts a server of the page in a folder, with its own port and socket in place of the reader's. */
const SERVERS: Readonly<Record<string, (folder: string, port: number) => Promise<string>>> = {
  nginx: async (folder, port) => {
    const configuration = (page.samples.get('nginx.conf') ?? '')
      .replace('listen 8443 ssl', `listen 127.0.0.1:${port} ssl`)
      .replace('/run/accounts/accounts.sock', `${folder}/accounts.sock`)
      .replace('http {', `http { access_log off; ${WRITES}`)
    await writeFile(join(folder, '../nginx.conf'), configuration)
    await writeFile(join(folder, '../gunicorn.py'), GUNICORN)
    const globals = `pid ${folder}/nginx.pid; daemon off; master_process off;`
    return `python3 gunicorn.py ${folder}/accounts.sock & exec nginx -e stderr -p ${folder}/ -c ${folder}/../nginx.conf -g '${globals}'`
  },
  Java: async (folder, port) => {
    const code = (page.samples.get('ResourceServer.java') ?? '').replace(', 8443)', `, ${port})`)
    await writeFile(join(folder, 'ResourceServer.java'), code)
    return `sh key-store.sh && exec java ${folder}/ResourceServer.java`
  },
}

/** @param change further commands of the shell, for example other variables */
async function startServer(name: string, change = '') {
  const port = await freePort()
  const folder = join(page.folder, String(port))
  await mkdir(folder)
  const command = (await SERVERS[name]?.(folder, port)) ?? ''
  const child = spawn('sh', ['-c', `. ./settings.sh\n${change}\n${command}`], {
    ...{ cwd: page.folder, detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
  })
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()))
  const close = async () => {
    if (child.exitCode !== null || child.pid === undefined) return
    const ended = once(child, 'close')
    // Its group: the shell may have started two.
    process.kill(-child.pid)
    await ended
  }
  const use = async (identity: TlsIdentity, headers: Readonly<Record<string, string>> = {}) =>
    mutualTlsRequest(`https://localhost:${port}/accounts`, identity, { headers })
  const without = async () => {
    if (child.exitCode !== null) throw new Error(`${name} has ended: ${log}`)
    const { status } = await use(page.site.identity(CONFIDENTIAL))
    if (status !== 401) throw new Error(`${name} answers ${status}: ${log}`)
  }
  await vi.waitFor(without, { timeout: 30_000, interval: 50 })
  return { port, close, use, log: () => log }
}

/** A token of client credentials of the confidential client, or of one whose tokens are not bound. */
async function obtainToken(scope: string, bound = true): Promise<string> {
  const { site } = page
  const { clientId, clientSecret = '' } = bound ? site.seeded.clients[1] : await addUnbound()
  const { text } = await mutualTlsRequest(`${site.mtlsUrl}/token`, site.identity(CONFIDENTIAL), {
    form: `grant_type=client_credentials&scope=${scope}`,
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
  })
  return (JSON.parse(text) as { access_token: string }).access_token
}

async function addUnbound() {
  const { runtime, seeded } = page.site
  const { client, secret } = await addClient(runtime, seeded.serviceId, {
    ...{ clientType: 'CONFIDENTIAL', tokenAuthMethod: 'CLIENT_SECRET_BASIC' },
    grantTypes: ['CLIENT_CREDENTIALS'],
  })
  return { clientId: String(client.clientId), clientSecret: secret }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

describe.each([...TOOLS.Python.flatMap(() => TOOLS.nginx), ...TOOLS.Java])('%s', (name) => {
  let server: Awaited<ReturnType<typeof startServer>>
  beforeAll(async () => {
    server = await startServer(name)
  })
  afterAll(() => server.close())

  test('the holder of the certificate is served, and a thief with any header is not', async () => {
    const { site } = page
    const token = await obtainToken('accounts:read')
    const holder = site.identity(CONFIDENTIAL)
    const served = await server.use(holder, bearer(token))
    expect([served.status, JSON.parse(served.text)]).toEqual([
      ...[200, { accountsOf: Number(site.seeded.clients[1].clientId) }],
    ])
    const forged = encodeURIComponent(holder.cert ?? '')
    for (const headers of [{}, { 'x-client-cert': forged }, { x_client_cert: forged }]) {
      const { status, headers: answered } = await server.use(site.identity(STRANGER), {
        ...bearer(token),
        ...headers,
      })
      expect([status, answered['www-authenticate']]).toEqual([
        401,
        expect.stringContaining('error="invalid_token"'),
      ])
    }
    expect(server.log()).toContain('[A065305]')
  })

  test('an unbound token, one without the scope and one that does not exist are refused', async () => {
    const holder = page.site.identity(CONFIDENTIAL)
    const status = async (token: string) => (await server.use(holder, bearer(token))).status
    expect(await status(await obtainToken('accounts:read', false))).toBe(401)
    expect(await status(await obtainToken('payments:write'))).toBe(403)
    expect(await status('other')).toBe(401)
    expect(await status('a&clientCertificate=b')).toBe(401)
  })

  test('nobody gets in without a certificate, not even with a copied TLS session', async () => {
    const { ca } = page.site.identity()
    const own = page.site.identity(CONFIDENTIAL)
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const { session, said } = await converse(server.port, { ...own, maxVersion })
      expect(said).toContain('HTTP/1.1')
      const copied = await converse(server.port, {
        ca,
        maxVersion,
        ...(session === undefined ? {} : { session }),
      })
      expect(copied.reused).toBe(false)
      expect(copied.said).not.toMatch(/^HTTP.1.1 (?!400)/)
    }
  })

  test('without an answer of certbound nothing passes', async () => {
    const alone = await startServer(name, 'export WEB_API=http://127.0.0.1:1')
    const token = await obtainToken('accounts:read')
    expect((await alone.use(page.site.identity(CONFIDENTIAL), bearer(token))).status).toBe(503)
    await alone.close()
  })
})

test.each(
  TOOLS.Python.flatMap(
    () =>
      [
        [
          'the one element',
          'Hash=ab;Cert="-----BEGIN%20CERTIFICATE-----%0AMII%2B"',
          '-----BEGIN CERTIFICATE-----\nMII+',
        ],
        ['no certificate of two elements', 'Hash=ab;Cert="A",Hash=cd;Cert="B"', ''],
        ['no certificate of two members', 'Cert="A";Cert="B"', ''],
        ['no certificate without the member', 'Hash=ab', ''],
      ] as const,
  ),
)("the function for Envoy's header takes %s", async (_what, header, expected) => {
  const script = `import os, envoy; print(envoy.certificate_of({'HTTP_X_FORWARDED_CLIENT_CERT': os.environ['XFCC']}))`
  expect(await page.run(`python3 -c "${script}"`, { XFCC: header })).toBe(`${expected}\n`)
})
