import type { Reply } from './requests.ts'
import type { Token } from './truth.ts'
import type { World } from './world.ts'

/** `unknown`: there was no answer, or the store was away, so that nothing follows from a refusal. */
export type Verdict = 'yes' | 'no' | 'unknown'

export function verdictOf({ status, excused }: Reply, isYes: boolean): Verdict {
  if (isYes) return 'yes'
  return status === 0 || status === 503 || excused ? 'unknown' : 'no'
}

/** Takes a complaint of `judgeUse`, or any other that begins with the name of the fault. */
export function complain(
  { report }: World,
  complaint: string | undefined,
  about: string,
  token?: Token,
): void {
  if (complaint === undefined) return
  const fault = complaint.startsWith('wrong yes') ? 'wrong yes' : 'wrong no'
  const history = token === undefined ? [] : ['', ...token.history].join('\n    ')
  report.fault(fault, `${about}: ${complaint}${history.toString()}`)
}

export function outcomeOf({ status, json }: Reply): string {
  const code = json['resultCode'] ?? json['error'] ?? ''
  return `${status} ${typeof code === 'string' ? code : ''}`
}

/** `responseContent` of the Web API if it is JSON, or the answer itself. */
export function contentIn(json: Reply['json']): Readonly<Record<string, unknown>> {
  const { responseContent } = json
  const isJson = typeof responseContent === 'string' && responseContent.startsWith('{')
  return isJson ? (JSON.parse(responseContent) as Record<string, unknown>) : json
}
