import * as z from 'zod/mini'
import { lazyObject } from '../../shared/lazy-object.ts'
import {
  credentialMembers,
  CREDENTIAL_PARAMETERS,
  credentialsFromHttp,
  credentialsFromWebApi,
  type PresentedCredentials,
} from '../../shared/authentication/presented-credentials.ts'
import type { HttpRequest } from '../../shared/http.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'
import { type Form, type FormRules, parseForm } from '../../shared/request/form.ts'

/** An announcement of either face. Its JWT has not been read. */
export interface AnnouncementRequest {
  readonly announcement: string
  readonly credentials: PresentedCredentials
}

export const FORM: FormRules = {
  malformed: 'parameters-malformed',
  repeated: { ...CREDENTIAL_PARAMETERS, announcement: 'renewal-announcement-missing' },
}

/** @throws Refusal for a malformed form or malformed credentials, renewal-announcement-missing */
export function fromForm(form: string, http: HttpRequest): AnnouncementRequest {
  const read = parseForm(form, FORM)
  return announcementRequest(read, credentialsFromHttp(http, read.parameters))
}

export const AnnouncementCall = lazyObject(() => ({
  parameters: z.optional(z.string()),
  ...credentialMembers(),
}))

/** `/auth/certificate/announce` of the Web API. @throws Refusal as `fromForm`, parameters-missing */
export function fromWebApi(call: z.infer<typeof AnnouncementCall>): AnnouncementRequest {
  if (call.parameters === undefined) throw new Refusal('parameters-missing')
  const read = parseForm(call.parameters, FORM)
  return announcementRequest(read, credentialsFromWebApi(call, read.parameters))
}

function announcementRequest({ parameters }: Form, credentials: PresentedCredentials): AnnouncementRequest {
  const announcement = parameters.get('announcement')
  if (announcement === undefined) throw new Refusal('renewal-announcement-missing')
  return { announcement, credentials }
}
