import { MAX_DURATION_SECONDS } from '../../../shared/epoch-seconds.ts'
import type { Reason } from '../../../shared/refusal/refusal.ts'
import type { Client } from '../../../shared/store/client.ts'
import type { AuthorizationRequest } from './request.ts'

/** The order is the effort for the end-user, from the lowest to the highest. */
const PROMPTS = {
  none: 'NONE',
  login: 'LOGIN',
  consent: 'CONSENT',
  select_account: 'SELECT_ACCOUNT',
} as const
const DISPLAYS = { page: 'PAGE', popup: 'POPUP', touch: 'TOUCH', wap: 'WAP' } as const

type Prompt = (typeof PROMPTS)[keyof typeof PROMPTS]

/** The client's wishes for the dialog with the end-user (OpenID Connect Core section 3.1.2.1). */
export interface RequestedInteraction {
  /** If it is empty, the authorization server chooses. */
  readonly prompts: readonly Prompt[]
  readonly lowestPrompt: Prompt | undefined
  /** The time in seconds, or 0 if neither the request nor the client has one. */
  readonly maxAge: number
  readonly display: (typeof DISPLAYS)[keyof typeof DISPLAYS]
  readonly uiLocales: readonly string[]
  readonly loginHint: string | undefined
}

export function parseInteraction(
  request: AuthorizationRequest,
  { defaultMaxAge = 0 }: Client,
): RequestedInteraction | Reason {
  const prompts = readPrompts(request.prompt)
  if (typeof prompts === 'string') return prompts
  const { maxAge = String(defaultMaxAge), display = 'page', uiLocales, loginHint } = request
  if (!isSeconds(maxAge)) return 'max-age-malformed'
  if (!isOf(DISPLAYS, display)) return 'display-unknown'
  return {
    prompts,
    lowestPrompt: Object.values(PROMPTS).find((prompt) => prompts.includes(prompt)),
    maxAge: Number(maxAge),
    display: DISPLAYS[display],
    uiLocales: words(uiLocales),
    loginHint,
  }
}

function readPrompts(text: string | undefined): readonly Prompt[] | Reason {
  if (text === undefined) return []
  const prompts = new Set<Prompt>()
  for (const name of text.split(' ')) {
    if (!isOf(PROMPTS, name)) return 'prompt-unknown'
    prompts.add(PROMPTS[name])
  }
  return prompts.has('NONE') && prompts.size > 1 ? 'prompt-none-with-others' : [...prompts]
}

/** Splits a parameter at its spaces. */
export function words(text = ''): readonly string[] {
  return text.split(' ').filter((word) => word !== '')
}

function isSeconds(text: string): boolean {
  return /^[0-9]+$/.test(text) && Number(text) <= MAX_DURATION_SECONDS
}

function isOf<Names extends object>(names: Names, name: PropertyKey): name is keyof Names {
  return Object.hasOwn(names, name)
}
