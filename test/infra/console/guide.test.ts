import { execFile, spawn } from 'node:child_process'
import { createPublicKey } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { exportJWK, exportPKCS8, generateKeyPair, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { METHODS } from '../../../infra/console/settings/methods.ts'
import { subjectOf } from '../../../infra/connections/identity.ts'
import { addClient, CLIENT_CERTIFICATES } from '../../../infra/emulator/site/seed.ts'
import { DEVELOPMENT_USER } from '../../../infra/examples/authorization-server/start.ts'
import { ROOT } from '../../../infra/root.ts'
import { TOOLS } from '../../support/samples.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { tlsFetch } from '../../support/tls-fetch.ts'
import { csrfOf, logIn as logInUser, userAgent } from '../examples/authorization-server/user-agent.ts'
import { consoleSite, logIn, unescaped } from './console-site.ts'

const { site, serviceId, credential, open } = await consoleSite()
const { send } = await logIn(await open())
const { cert = '', key = '' } = site.identity(CLIENT_CERTIFICATES.CONFIDENTIAL)
const ca = site.certificates.ca.cert

const pair = await generateKeyPair('ES256', { extractable: true })
const keys = [{ ...(await exportJWK(pair.publicKey)), kid: 'own' }]
const x5c = [cert.replaceAll(/-----[^-]+-----|\s/g, '')]

const OF_METHOD: Readonly<Record<string, object>> = {
  NONE: { clientType: 'PUBLIC', grantTypes: ['AUTHORIZATION_CODE'], responseTypes: ['CODE'] },
  TLS_CLIENT_AUTH: { tlsClientAuthSubjectDn: subjectOf(CLIENT_CERTIFICATES.CONFIDENTIAL) },
  SELF_SIGNED_TLS_CLIENT_AUTH: {
    jwks: JSON.stringify({ keys: [{ ...createPublicKey(cert).export({ format: 'jwk' }), x5c }] }),
  },
  PRIVATE_KEY_JWT: { jwks: JSON.stringify({ keys }) },
}

/** Creates a client and a folder with the files that its guide names. @returns the folder and the code of the guide */
async function guideOf(settings: object) {
  const { client, secret } = await addClient(site.runtime, Number(serviceId), {
    ...{ clientType: 'CONFIDENTIAL', grantTypes: ['CLIENT_CREDENTIALS'] },
    ...{ redirectUris: ['https://client.example.org/cb'], tlsClientCertificateBoundAccessTokens: true },
    ...settings,
  })
  const folder = await temporaryFolder()
  await mkdir(join(folder, '.certbound'))
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  const page = (await send({ path: `/${serviceId}/clients/${client.clientId}/guide` })).text
  const code = (id: string) => unescaped(new RegExp(`<code id="${id}"\\s*>([^<]*)<`).exec(page)?.[1] ?? '')
  const files = {
    ...{ '.certbound/ca.pem': ca, 'client.pem': cert, 'client.key': key },
    ...{ 'assertion.key': await exportPKCS8(pair.privateKey), 'first-token.mjs': code('openid-client') },
  }
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  const id = String(client.clientId)
  const env = { PATH: process.env['PATH'], CLIENT_SECRET: secret, ASSERTION: await assertionOf(id) }
  return { folder, env, curl: code('curl') }
}

function assertionOf(id: string): Promise<string> {
  const claims = new SignJWT({ jti: id }).setIssuer(id).setSubject(id).setAudience(site.seeded.issuer)
  return claims.setExpirationTime('1m').setProtectedHeader({ alg: 'ES256' }).sign(pair.privateKey)
}

/** Runs the program of the guide, and logs a user in if it asks for that. @returns the last word of its output */
async function runProgram({ folder, env }: Awaited<ReturnType<typeof guideOf>>): Promise<string> {
  const running = spawn(process.execPath, ['first-token.mjs'], { cwd: folder, env })
  const printed = text(running.stdout)
  running.stdout.once('data', (first: Buffer) => {
    const [, url] = /^Open (\S+)/.exec(String(first)) ?? []
    if (url !== undefined) void logInAt(url).then((back) => running.stdin.end(`${back}\n`))
  })
  const [code] = (await once(running, 'exit')) as [number]
  expect([code, code === 0 ? '' : await text(running.stderr)]).toEqual([0, ''])
  return (await printed).trim().split(/\s/).at(-1) ?? ''
}

/** @returns the URL that the browser is redirected to */
async function logInAt(url: string): Promise<string> {
  const agent = userAgent(new URL(url).origin, tlsFetch({ ca }))
  const { location } = await agent.go(url)
  const consent = await logInUser(agent, await agent.go(location), DEVELOPMENT_USER)
  return (await agent.go('/consent', { csrf: csrfOf(consent), decision: 'allow' })).location
}

async function actions(token: string): Promise<unknown[]> {
  const ask = async (more: object) => {
    const answer = await fetch(`${site.webApiUrl}/api/${serviceId}/auth/introspection`, {
      method: 'POST',
      headers: { authorization: `Bearer ${credential.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ token, ...more }),
    })
    return ((await answer.json()) as { action?: string }).action
  }
  return [await ask({ clientCertificate: cert }), await ask({})]
}

test.each([...METHODS.keys()].map(String))(
  'the program in the guide of a %s client runs unchanged, and its token is bound',
  async (method) => {
    const token = await runProgram(await guideOf({ tokenAuthMethod: method, ...OF_METHOD[method] }))
    expect(await actions(token)).toEqual(['OK', 'UNAUTHORIZED'])
  },
)

test('the program for an unbound client presents no certificate, and the program for a client with DPoP makes a proof', async () => {
  const settings = { tokenAuthMethod: 'CLIENT_SECRET_BASIC', tlsClientCertificateBoundAccessTokens: false }
  expect(await actions(await runProgram(await guideOf(settings)))).toEqual(['OK', 'OK'])
  const token = await runProgram(await guideOf({ ...settings, dpopRequired: true }))
  expect(await actions(token)).toEqual(['UNAUTHORIZED', 'UNAUTHORIZED'])
})

test('the guide of a client without a grant type shows no code', async () => {
  expect((await guideOf({ tokenAuthMethod: 'CLIENT_SECRET_BASIC', grantTypes: [] })).curl).toBe('')
})

test.each(TOOLS.curl.flatMap(() => [...METHODS.keys()].map(String).filter((method) => method !== 'NONE')))(
  'the command in the guide of a %s client runs unchanged',
  async (method) => {
    const { folder, env, curl } = await guideOf({ tokenAuthMethod: method, ...OF_METHOD[method] })
    const { stdout } = await promisify(execFile)('sh', ['-c', curl], { cwd: folder, env })
    expect(await actions((JSON.parse(stdout) as { access_token: string }).access_token)).toEqual([
      'OK',
      'UNAUTHORIZED',
    ])
  },
)
