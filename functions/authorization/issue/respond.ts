import type { Service } from '../../../shared/store/service.ts'
import { success } from '../../../shared/web-api.ts'
import type { IssueSuccess } from '../answer-schema.ts'
import { redirect } from '../redirect.ts'
import type { IssuedCode } from './decide.ts'

/** `/auth/authorization/issue`, action LOCATION or FORM (Authlete contract, section 2.2). */
export function issueResponse(issued: IssuedCode, service: Service): IssueSuccess {
  const { code, context } = issued
  const { action, responseContent } = redirect(issued, { code }, service)
  return {
    ...success('A040001', 'The authorization request was processed successfully.'),
    action,
    responseContent,
    authorizationCode: code,
    accessTokenExpiresAt: 0,
    accessTokenDuration: 0,
    ticketInfo: context === undefined ? undefined : { context },
  }
}
