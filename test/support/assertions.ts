import { constants, createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import * as z from 'zod/mini'
import type { Jwk } from '../../shared/certificate/jwk-set.ts'
import { setup } from './bad-requests.ts'

export type Members = Readonly<Record<string, unknown>>

export const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The signature of an `alg` over a text, in the form that JWS has it (RFC 7518 section 3.1). */
function signature(alg: string, key: KeyObject, input: string): Buffer {
  const bytes = Buffer.from(input)
  if (alg.startsWith('Ed')) return sign(null, bytes, key)
  const hash = `sha${alg.slice(2)}`
  if (alg.startsWith('ES')) return sign(hash, bytes, { key, dsaEncoding: 'ieee-p1363' })
  const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_DIGEST } = constants
  if (alg.startsWith('RS')) return sign(hash, bytes, { key, padding: RSA_PKCS1_PADDING })
  return sign(hash, bytes, { key, padding: RSA_PKCS1_PSS_PADDING, saltLength: RSA_PSS_SALTLEN_DIGEST })
}

/** Header and payload as they are, encoded or not, and the signature over them. */
export function jws(
  header: Members | string,
  payload: Members | string,
  key: KeyObject,
  alg: string,
): string {
  const input = [header, payload].map((part) => (typeof part === 'string' ? part : encode(part))).join('.')
  return `${input}.${signature(alg, key, input).toString('base64url')}`
}

const part = z.optional(z.record(z.string(), z.unknown()))
const Recipe = z.strictObject({
  header: part,
  claims: part,
  sign: z.optional(z.string()),
  text: z.optional(z.string()),
})
const recipes = z.parse(z.record(z.string(), Recipe), setup.assertions)

/** The names under `setup.assertions` of `bad-requests.json`. */
export const ASSERTIONS = Object.keys(recipes).filter((name) => name !== 'base')

/** The key `k1` of the client `pkj`, and every assertion that is made with it or claims to be. */
export function openAssertions() {
  const [k1, other] = [p256(), p256()]
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk: Jwk = { ...k1.publicKey.export({ format: 'jwk' }), kid: 'k1' }

  /** @throws Error for a name or a recipe that is not known */
  function make(name: string, now: number): string {
    const [base, recipe] = [recipes['base'], recipes[name]]
    if (base === undefined || recipe === undefined) throw new Error(`no assertion ${name}`)
    if (recipe.text !== undefined) return recipe.text
    const value = (text: unknown) => valueOf(text, now)
    const header = members({ ...base.header, ...recipe.header }, value)
    const input = `${encode(header)}.${encode(members({ ...base.claims, ...recipe.claims }, value))}`
    return `${input}.${signed(recipe.sign ?? base.sign, input).toString('base64url')}`
  }

  function valueOf(text: unknown, now: number): unknown {
    if (text === 'random') return randomUUID()
    if (text === '"now+60" as a string') return String(now + 60)
    if (text === 'public part of another P-256 key') return other.publicKey.export({ format: 'jwk' })
    if (text === '9000 characters') return 'x'.repeat(9000)
    const time = /^now([+-][0-9]+)?$/.exec(String(text))
    return time === null ? text : now + Number(time[1] ?? 0)
  }

  function signed(recipe: string | undefined, input: string): Buffer {
    const { publicKey, privateKey } = k1
    const right = signature('ES256', privateKey, input)
    switch (recipe) {
      case 'key k1':
        return right
      case 'key k1, last byte changed':
        right.writeUInt8(right.readUInt8(63) ^ 1, 63)
        return right
      case 'another P-256 key':
      case 'that other key':
        return signature('ES256', other.privateKey, input)
      case 'an RSA key with kid k1 that is not registered':
        return signature('RS256', rsa.privateKey, input)
      case 'HMAC with the PEM text of the public key':
        return createHmac('sha256', publicKey.export({ type: 'spki', format: 'pem' }))
          .update(input)
          .digest()
      case 'empty signature':
        return Buffer.alloc(0)
      case undefined:
      default:
        throw new Error(`no signature: ${recipe}`)
    }
  }

  return { jwks: { keys: [jwk] }, key: k1.privateKey, make }
}

/** `null` leaves a member out. */
function members(given: Members, value: (text: unknown) => unknown): Members {
  const present = Object.entries(given).filter(([, text]) => text !== null)
  return Object.fromEntries(present.map(([name, text]) => [name, value(text)]))
}

function p256() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}
