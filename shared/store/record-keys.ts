/** The keys of the registry's records. `sk` is the key within the partition `pk`. */
export interface RecordKey {
  readonly pk: string
  readonly sk: string
}

/** Whether a value can be the `sk` of a record: 256 UTF-16 units have at most the 1,024 bytes that DynamoDB allows. */
export function isSortKey(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 256 && value.isWellFormed()
}

/** The key of the owner's credentials. */
export const OWNER_KEY: RecordKey = { pk: 'owner', sk: 'owner' }

/** The key of the data version of the deployment. */
export const DATA_VERSION_KEY: RecordKey = { pk: 'data', sk: 'version' }

/** The key of the sources of certificate lists. */
export const SOURCES_KEY: RecordKey = { pk: 'lists', sk: 'sources' }

export const serviceKey = (service: number): RecordKey => ({ pk: 'service', sk: String(service) })
export const clientKey = (service: number, client: number): RecordKey => ({
  pk: `client#${String(service)}`,
  sk: String(client),
})
export const aliasKey = (service: number, alias: string): RecordKey => ({
  pk: `alias#${String(service)}`,
  sk: alias,
})
export const signingRecordKey = (service: number, kid: string): RecordKey => ({
  pk: `keys#${String(service)}`,
  sk: kid,
})
/** The key of the secret that makes the nonces of DPoP proofs. */
export const nonceRecordKey = (service: number): RecordKey => ({ pk: `nonce#${String(service)}`, sk: 'key' })
