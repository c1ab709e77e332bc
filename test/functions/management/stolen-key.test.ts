import { createLocalJWKSet, type JSONWebKeySet, jwtVerify, SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { outcome, tokensOf } from '../../support/answers.ts'
import { OPENID, OPENID_PROVIDER } from '../../support/openid.ts'
import { readProjectFile } from '../../support/comments.ts'
import { keySet, newSigningKey } from '../../support/signing-keys.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { BASIC, openWalk } from '../../support/walk.ts'

const runtime = await testRuntime({ registryCacheSeconds: 10 })
const walk = await openWalk(runtime, {
  ...OPENID_PROVIDER,
  accessTokenSignAlg: 'ES256',
  idTokenSignatureKeyId: '1',
})
const client = await walk.addClient(BASIC)
const update = (change: object) => walk.call('/service/update', change)

/** A verifier with a fresh copy of `/jwks`. */
async function isAccepted(token: string): Promise<boolean> {
  const { json } = await walk.send({ route: '/jwks', method: 'GET' })
  const keys = createLocalJWKSet(json as unknown as JSONWebKeySet)
  const options = { issuer: 'https://as.example.com', currentDate: new Date(runtime.now() * 1000) }
  return jwtVerify(token, keys, options).then(
    () => true,
    () => false,
  )
}

const signedByThief = (typ: string) =>
  new SignJWT({ sub: 'alice', client_id: client.id, jti: 'x' })
    .setProtectedHeader({ alg: 'ES256', typ, kid: '1' })
    .setIssuer('https://as.example.com')
    .setAudience(client.id)
    .setIssuedAt(runtime.now())
    .setExpirationTime(runtime.now() + 86_400)
    .sign(walk.signingKey)

test('the chapter "A signing key is stolen" ends what the thief signs and every token, and new tokens verify by the new key', async () => {
  const [, chapter = ''] = readProjectFile('docs/keys.md').split('## A signing key is stolen')
  const forged = [await signedByThief('at+jwt'), await signedByThief('JWT')]
  const stolen = await walk.granted(client, undefined, OPENID)
  expect(await Promise.all([...forged, stolen.access].map(isAccepted))).toEqual([true, true, true])

  // Step 1.
  const known = (await walk.send({ route: '/jwks', method: 'GET' })).json['keys'] as object[]
  const { own, open } = newSigningKey('2', 'ES256')
  expect((await update(keySet(...known, own))).status).toBe(200)
  // Step 2. `idTokenSignatureKeyId` names the stolen key as well.
  const change = {
    ...keySet(open),
    accessTokenSignatureKeyId: '2',
    tokensNotBefore: (runtime.now() + 60) * 1000,
  }
  for (const member of Object.keys(change)) expect(chapter).toContain(`${member}: `)
  expect((await update(change)).json['resultMessage']).toContain("'idTokenSignatureKeyId'")
  expect((await update({ ...change, idTokenSignatureKeyId: '2' })).status).toBe(200)

  expect(await Promise.all([...forged, stolen.access].map(isAccepted))).toEqual([false, false, false])
  expect(outcome(await walk.introspect(stolen.access))).toBe('UNAUTHORIZED A057395 invalid_token')
  expect(outcome(await walk.refresh(client, stolen.refresh))).toBe('BAD_REQUEST A053391 invalid_grant')
  runtime.clock.now = addSeconds(runtime.clock.now, 60)
  const { access } = tokensOf(await walk.redeem(client, await walk.code(client, OPENID)))
  expect([await isAccepted(access), outcome(await walk.introspect(access))]).toEqual([true, 'OK A056001'])
})
