import * as z from 'zod/mini'
import { load } from './vectors.ts'

/** The form of `bad-requests.json`. Its member `about` describes the file. An unknown member fails the test that loads it. */

const FACES = ['oauth', 'webapi'] as const
export type Face = (typeof FACES)[number]

const text = z.string()
const texts = z.array(text)

const Client = z.strictObject({
  what: z.optional(text),
  token_endpoint_auth_method: z.enum([
    'none',
    'client_secret_basic',
    'client_secret_post',
    'tls_client_auth',
    'self_signed_tls_client_auth',
    'private_key_jwt',
  ]),
  token_endpoint_auth_signing_alg: z.optional(z.literal('ES256')),
  tls_client_auth_subject_dn: z.optional(text),
  tls_client_auth_san_email: z.optional(text),
  jwks: z.optional(text),
  client_secret: z.optional(text),
  bound_tokens: z._default(z.boolean(), false),
  grants: z._default(z.array(z.enum(['client_credentials', 'authorization_code', 'refresh_token'])), []),
  scopes: z.optional(texts),
  redirect_uris: z._default(texts, []),
  resourceServerAudiences: z._default(texts, []),
})
export type VectorClient = z.infer<typeof Client>

const Setup = z.strictObject({
  issuer: text,
  scopes: texts,
  allowed_client_issuers: texts,
  clients: z.record(text, Client),
  pkce: z.strictObject({ code_verifier: text, code_challenge: text, method: z.literal('S256') }),
  placeholders: z.record(text, text),
  assertions: z.record(text, z.unknown()),
})

const BodyBuild = z.strictObject({
  prefix: text,
  char: z.optional(text),
  repeat: z.optional(text),
  count: z.number(),
})

const Entry = z.strictObject({
  id: text,
  endpoint: text,
  priority: z.enum(['P1', 'P2']),
  method: z.enum(['GET', 'POST', 'PUT']),
  headers: z.record(text, text),
  body: z.optional(text),
  body_base64: z.optional(text),
  body_build: z.optional(BodyBuild),
  certificate: z.nullable(text),
  control: z.optional(z.literal(true)),
  before: z.optional(text),
  expect: z.strictObject({
    status: z.number(),
    error: z.optional(text),
    body: z.optional(z.record(text, z.unknown())),
    www_authenticate: z.optional(z.nullable(text)),
    state: z.optional(text),
  }),
  why: text,
  ref: text,
  faces: z._default(z.array(z.enum(FACES)), [...FACES]),
})
export type Entry = z.infer<typeof Entry>

export const { setup, requests } = load(
  'bad-requests.json',
  z.strictObject({ about: text, setup: Setup, requests: z.array(Entry) }),
)

/** The endpoint without its query. */
export function pathOf({ endpoint }: Entry): string {
  return endpoint.replace(/\?.*/, '')
}

export function bodyOf({ body, body_base64, body_build }: Entry): string | Buffer | undefined {
  if (body_base64 !== undefined) return Buffer.from(body_base64, 'base64')
  return body_build === undefined ? body : build(body_build)
}

function build({ prefix, char, repeat, count }: z.infer<typeof BodyBuild>): string {
  if (repeat === undefined) return prefix + (char ?? '').repeat(count)
  return prefix + Array.from({ length: count }, (_, n) => repeat.replace('{n}', String(n))).join('')
}
