import { type BodyWithHeaders, withTag } from '../../../shared/http.ts'
import { recordVersion } from '../../../shared/store/records.ts'
import type { StoredService } from '../../../shared/store/service.ts'
import { answer, unlessEmpty } from '../../../shared/web-api.ts'
import { toMilliseconds } from '../listing.ts'
import type { CreatedServiceAnswer, ServiceAnswer, ServiceListAnswer } from './answer-schema.ts'
import { credentialId } from '../../../shared/store/digest.ts'
import type { ChangedService, CreatedService, FoundService, ServiceList } from './decide.ts'
import type { CarriedByService } from './settings-schema.ts'

const NO_SECRETS: ReadonlyMap<string, string> = new Map()

/** The answer about a service. It has the given secrets and never a private key. Absent members are `undefined`, which JSON leaves out. */
function serviceView(service: StoredService, secrets = NO_SECRETS): ServiceAnswer {
  const {
    carried,
    createdAt,
    modifiedAt,
    tokensNotBefore,
    jwks,
    credentials,
    keyUses: _keyUses,
    keyDates: _keyDates,
    privateKeyIds: _privateKeyIds,
    certificateInventoryInterrupted: _certificateInventoryInterrupted,
    deletedAt: _deletedAt,
    ...settings
  } = service
  return answer({
    ...(carried as CarriedByService),
    ...settings,
    // Authlete's clients require a string.
    jwks: jwks.length === 0 ? undefined : JSON.stringify({ keys: jwks }),
    credentials: credentials.map((credential) => credentialView(credential, secrets)),
    tokensNotBefore: toMilliseconds(tokensNotBefore),
    createdAt: toMilliseconds(createdAt),
    modifiedAt: toMilliseconds(modifiedAt),
  })
}

function credentialView(
  credential: StoredService['credentials'][number],
  secrets: typeof NO_SECRETS,
): ServiceAnswer['credentials'][number] {
  const { digest, role, note, createdAt, expiresAt } = credential
  return {
    id: credentialId(credential),
    role,
    note,
    createdAt: toMilliseconds(createdAt),
    expiresAt: toMilliseconds(expiresAt),
    secret: secrets.get(digest),
  }
}

/** The answer about a service and its keys, with its entity tag. */
export function foundService({ service, keyUses }: FoundService): BodyWithHeaders {
  const view: ServiceAnswer = answer({ ...serviceView(service), keyUses: unlessEmpty(keyUses) })
  return withTag(view, recordVersion(service))
}

/** The answer about a service and its new secrets, with its entity tag. */
export function changedService({ service, secrets }: ChangedService): BodyWithHeaders {
  return withTag(serviceView(service, secrets), recordVersion(service))
}

export function createdService({ service, secrets, apiSecret }: CreatedService): CreatedServiceAnswer {
  return answer({ ...serviceView(service, secrets), apiSecret })
}

export function serviceList({ start, end, totalCount, services }: ServiceList): ServiceListAnswer {
  return { start, end, totalCount, services: services.map((service) => serviceView(service)) }
}
