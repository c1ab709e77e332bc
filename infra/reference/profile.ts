import { AUTHENTICATION_METHODS } from '../../shared/store/authentication-methods.ts'
import { type Allowed, FAPI2, type Requirement } from '../../shared/store/profile.ts'

/** The rules of the profile for requests, in Markdown. */
const RULES: Readonly<Record<keyof typeof FAPI2.requests, string>> = {
  boundTokensOnly:
    'Unbound tokens are neither issued nor accepted, even if they were issued before the switch. New tokens are bound to a key (DPoP) if the client has `dpopRequired`, otherwise to its certificate.',
  audienceIsString: '`aud` of client assertions is the issuer as a string, not a list.',
  parRequired:
    'Authorization requests must be pushed. No code is issued for the ticket of an earlier request that was not pushed (A041393).',
  redirectUriRequired: 'A pushed request must have `redirect_uri`.',
  algorithms: `JWTs, including DPoP proofs, are issued and accepted only with ${allowedWords(FAPI2.requests.algorithms.allows.items)}.`,
}

/** A row of the profile, for readers and programs. */
interface Row extends Partial<Requirement> {
  readonly clause: string
  /** The allowed values of a setting, or the rule, in Markdown. */
  readonly words: string
}

const rowsOf = (required: Readonly<Record<string, Requirement>>): Readonly<Record<string, Row>> =>
  Object.fromEntries(Object.entries(required).map(([name, row]) => [name, { ...row, words: rowWords(row) }]))

const SERVICE = rowsOf(FAPI2.service)
const CLIENT = rowsOf(FAPI2.client)
const REQUESTS = Object.entries(RULES).map(([name, words]): Row => ({
  clause: FAPI2.requests[name as keyof typeof RULES].clause,
  words,
}))

function rowWords({ allows, unless }: Requirement): string {
  return unless === undefined
    ? allowedWords(allows)
    : `${allowedWords(allows)}, unless the client has \`${unless}\``
}

function allowedWords(allows: Allowed): string {
  if ('const' in allows) return `\`${String(allows.const)}\``
  if ('maximum' in allows) return `at most ${allows.maximum}`
  if ('enum' in allows) return allows.enum.map((value) => `\`${String(value)}\``).join(', ')
  if ('items' in allows) return allowedWords(allows.items)
  return 'no `http` URI, except for `127.0.0.1` and `[::1]`'
}

/** The keywords that the console needs about settings with a table: schema, setting and keywords. */
export const PROFILE_TABLES = [
  ['ServiceSettings', 'fapi2', { 'x-requires': SERVICE, 'x-rules': REQUESTS }],
  ['ClientSettings', 'fapi2', { 'x-requires': CLIENT }],
  ['ClientSettings', 'tokenAuthMethod', { 'x-methods': AUTHENTICATION_METHODS }],
] as const
/** The parts of the page of settings. */
export const PROFILE_PARTS = {
  'fapi2 of services': profileTable(SERVICE),
  'fapi2 of clients': profileTable(CLIENT),
  'fapi2 of requests': REQUESTS.map(({ clause, words }) => `- ${words} (${clause})\n`).join(''),
}

function profileTable(rows: Readonly<Record<string, Row>>): string {
  const lines = Object.entries(rows).map(
    ([name, { words, clause, isCommon }]) =>
      `| \`${name}\`${isCommon === true ? ' *' : ''} | ${words} | ${clause} |\n`,
  )
  return `| setting | allowed | section |\n| --- | --- | --- |\n${lines.join('')}`
}
