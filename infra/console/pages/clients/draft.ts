import { canIssue } from '../../../../shared/certificate/path/can-issue.ts'
import type { SanKind } from '../../../../shared/certificate/subject-alternative-names.ts'
import { jwkOf } from '../../certificate-file.ts'
import { FIELDS } from '../../settings/fields.ts'
import { labelOf } from '../../settings/labels.ts'
import { type Needs, needsOf } from '../../settings/methods.ts'
import type { Members } from '../../web-api.ts'
import { type CertificateFacts, certificateFacts } from '../certificate/facts.ts'
import { BINDING_SWITCH } from './binding.ts'

/** A name of a certificate with which a `tls_client_auth` client can be registered (RFC 8705 section 2.1.2). */
export interface NameChoice {
  readonly setting: string
  readonly label: string
  readonly text: string
  /** The value that the form sends. */
  readonly value: string
}

/** The settings that register a client by a name in its certificate, for example `tlsClientAuthSanDns`, with the kind of the name. */
const SAN_SETTINGS = [...FIELDS.client.keys()].flatMap((setting): (readonly [string, SanKind])[] => {
  const [, kind] = /^tlsClientAuthSan(.+)$/.exec(setting) ?? []
  return kind === undefined ? [] : [[setting, kind.toLowerCase() as SanKind]]
})

export const NAME_SETTINGS = ['tlsClientAuthSubjectDn', ...SAN_SETTINGS.map(([name]) => name)]

/** The facts in the certificate of a form, or the error in it. */
export interface ReadDraft {
  readonly facts?: CertificateFacts
  readonly fault?: string
  readonly names: readonly NameChoice[]
  /** The JWK Set for `self_signed_tls_client_auth`. It is absent if the key cannot be written as a JWK. */
  readonly keySet?: string
  /** Whether its holder can issue certificates with the names of other clients. */
  readonly canIssue: boolean
}

/** Reads the certificate of the form within this process. */
export async function readDraft(form: URLSearchParams): Promise<ReadDraft> {
  const text = form.get('certificate') ?? ''
  if (text.trim() === '') return { names: [], canIssue: false }
  const facts = await certificateFacts(text)
  if ('fault' in facts) return { fault: facts.fault, names: [], canIssue: false }
  const jwk = jwkOf(facts.der)
  const rest = jwk === undefined ? {} : { keySet: JSON.stringify({ keys: [jwk] }) }
  return { facts, names: namesIn(facts), canIssue: await canIssue(facts.der), ...rest }
}

function namesIn({ details }: CertificateFacts): NameChoice[] {
  if (details === undefined) return []
  const subject = details.subject === '' ? [] : [choice('tlsClientAuthSubjectDn', details.subject)]
  const others = SAN_SETTINGS.flatMap(([setting, kind]) =>
    details.san[kind].map((text) => choice(setting, text)),
  )
  return [...subject, ...others]
}

const choice = (setting: string, text: string): NameChoice => ({
  setting,
  label: labelOf(setting),
  text,
  value: `${setting} ${text}`,
})

/** The members of a new client, or an error that names the missing choice. */
export function membersOf(form: URLSearchParams, read: ReadDraft): Members | Error {
  const method = form.get('tokenAuthMethod') ?? ''
  const isPublic = form.get('clientType') === 'PUBLIC'
  const needs = needsOf(method) ?? 'nothing'
  if (isPublic !== (needs === 'nothing'))
    return new Error(
      'A public client does not authenticate (NONE). A confidential client needs one of the other methods.',
    )
  const proof = PROOFS[needs](form, read)
  if (proof instanceof Error) return proof
  const grantTypes = form.getAll('grantTypes')
  const alias = textOf(form, 'clientIdAlias')
  const scopes = form.getAll('scopes')
  return {
    ...(textOf(form, 'clientName') === undefined ? {} : { clientName: textOf(form, 'clientName') }),
    ...(alias === undefined ? {} : { clientIdAlias: alias, clientIdAliasEnabled: true }),
    clientType: isPublic ? 'PUBLIC' : 'CONFIDENTIAL',
    tokenAuthMethod: method,
    ...proof,
    grantTypes,
    responseTypes: grantTypes.includes('AUTHORIZATION_CODE') ? ['CODE'] : [],
    redirectUris: (form.get('redirectUris') ?? '').split(/\s+/).filter((uri) => uri !== ''),
    [BINDING_SWITCH]: form.has(BINDING_SWITCH),
    ...(scopes.length === 0
      ? {}
      : { extension: { requestableScopesEnabled: true, requestableScopes: scopes } }),
  }
}

/** The members with which the client authenticates. */
const PROOFS: Readonly<Record<Needs, (form: URLSearchParams, read: ReadDraft) => Members | Error>> = {
  name: nameOf,
  certificates: certificatesOf,
  keys: keysOf,
  secret: () => ({}),
  nothing: () => ({}),
}

function certificatesOf(form: URLSearchParams, read: ReadDraft): Members | Error {
  if (read.fault !== undefined) return new Error(read.fault)
  return read.keySet === undefined ? keysOf(form) : { jwks: read.keySet }
}

function keysOf(form: URLSearchParams): Members | Error {
  const [jwks, jwksUri] = [textOf(form, 'jwks'), textOf(form, 'jwksUri')]
  if (jwks === undefined && jwksUri === undefined)
    return new Error('This method needs the keys of the client: a certificate, a JWK Set, or its URL.')
  return { ...(jwks === undefined ? {} : { jwks }), ...(jwksUri === undefined ? {} : { jwksUri }) }
}

function nameOf(form: URLSearchParams, { fault, facts, names }: ReadDraft): Members | Error {
  if (fault !== undefined) return new Error(fault)
  if (facts === undefined) {
    const [setting, text] = [form.get('typedSetting') ?? '', textOf(form, 'typedName')]
    if (text === undefined || !NAME_SETTINGS.includes(setting))
      return new Error('This method needs a name of the certificate: drop the certificate or type the name.')
    return { [setting]: text }
  }
  const chosen = chosenName(form, names)
  if (chosen === undefined) return new Error('Choose one of the names of the certificate.')
  return { [chosen.setting]: chosen.text }
}

/** The only name, or the chosen one. The form may still contain a name of a certificate that was dropped before. */
export function chosenName(form: URLSearchParams, names: readonly NameChoice[]): NameChoice | undefined {
  return names.length === 1 ? names[0] : names.find(({ value }) => value === form.get('certificateName'))
}

function textOf(form: URLSearchParams, name: string): string | undefined {
  const text = form.get(name)?.trim() ?? ''
  return text === '' ? undefined : text
}
