import type { Service } from '../../../shared/store/service.ts'
import { milliseconds } from '../listing.ts'
import type { CreatedServiceAnswer, ServiceAnswer, ServiceListAnswer } from './answer-schema.ts'
import { credentialId } from '../../../shared/store/digest.ts'
import type { ChangedService, CreatedService, ServiceList } from './decide.ts'
import type { CarriedByService } from './settings-schema.ts'

const NO_SECRETS: ReadonlyMap<string, string> = new Map()

/** A service under Authlete's names, without secrets and private keys. Members without a value are `undefined`: JSON leaves them out. */
export function serviceView(service: Service, secrets = NO_SECRETS): ServiceAnswer {
  const {
    carried,
    createdAt,
    modifiedAt,
    tokensNotBefore,
    jwks,
    credentials,
    keyUses: _,
    ...settings
  } = service
  return {
    ...(carried as CarriedByService),
    ...settings,
    // Authlete's clients expect a string.
    jwks: jwks.length === 0 ? undefined : JSON.stringify({ keys: jwks }),
    credentials: credentials.map((credential) => ({
      id: credentialId(credential),
      role: credential.role,
      expiresAt: milliseconds(credential.expiresAt),
      secret: secrets.get(credential.digest),
    })),
    tokensNotBefore: milliseconds(tokensNotBefore),
    createdAt: milliseconds(createdAt),
    modifiedAt: milliseconds(modifiedAt),
  }
}

export function changedService({ service, secrets }: ChangedService): ServiceAnswer {
  return serviceView(service, secrets)
}

export function createdService({ service, secrets, apiSecret }: CreatedService): CreatedServiceAnswer {
  return { ...serviceView(service, secrets), apiSecret }
}

export function serviceList({ start, end, totalCount, services }: ServiceList): ServiceListAnswer {
  return { start, end, totalCount, services: services.map((service) => serviceView(service)) }
}
