import { TaggedBody } from '../../../shared/http.ts'
import { versionOf } from '../../../shared/store/records.ts'
import type { StoredService } from '../../../shared/store/service.ts'
import { unlessEmpty } from '../../../shared/web-api.ts'
import { toMilliseconds } from '../listing.ts'
import type { CreatedServiceAnswer, ServiceAnswer, ServiceListAnswer } from './answer-schema.ts'
import { credentialId } from '../../../shared/store/digest.ts'
import type { ChangedService, CreatedService, FoundService, ServiceList } from './decide.ts'
import type { CarriedByService } from './settings-schema.ts'

const NO_SECRETS: ReadonlyMap<string, string> = new Map()

/**
 * The answer about a service. Only `secrets` are shown, never private keys. Absent members are `undefined`, which JSON leaves
 * out.
 */
function serviceView(service: StoredService, secrets = NO_SECRETS): ServiceAnswer {
  const {
    carried,
    createdAt,
    modifiedAt,
    tokensNotBefore,
    jwks,
    credentials,
    keyUses: _,
    keyDates: ____,
    privateKeyIds: __,
    deletedAt: ___,
    ...settings
  } = service
  return {
    ...(carried as CarriedByService),
    ...settings,
    // Authlete's clients require a string.
    jwks: jwks.length === 0 ? undefined : JSON.stringify({ keys: jwks }),
    credentials: credentials.map((credential) => ({
      id: credentialId(credential),
      role: credential.role,
      expiresAt: toMilliseconds(credential.expiresAt),
      secret: secrets.get(credential.digest),
    })),
    tokensNotBefore: toMilliseconds(tokensNotBefore),
    createdAt: toMilliseconds(createdAt),
    modifiedAt: toMilliseconds(modifiedAt),
  }
}

/** With its entity tag. */
export function foundService({ service, keyUses }: FoundService): TaggedBody {
  const answer: ServiceAnswer = { ...serviceView(service), keyUses: unlessEmpty(keyUses) }
  return new TaggedBody(answer, versionOf(service))
}

/** With its entity tag. */
export function changedService({ service, secrets }: ChangedService): TaggedBody {
  return new TaggedBody(serviceView(service, secrets), versionOf(service))
}

export function createdService({ service, secrets, apiSecret }: CreatedService): CreatedServiceAnswer {
  return { ...serviceView(service, secrets), apiSecret }
}

export function serviceList({ start, end, totalCount, services }: ServiceList): ServiceListAnswer {
  return { start, end, totalCount, services: services.map((service) => serviceView(service)) }
}
