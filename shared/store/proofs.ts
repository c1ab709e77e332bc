import type { Item } from '../dynamodb/dynamodb.ts'
import { hash } from 'node:crypto'
import type { EpochSeconds } from '../epoch-seconds.ts'
import type { Cache } from './cache.ts'
import { nonceRecordKey } from './record-keys.ts'
import { Records } from './records.ts'
import type { Table } from './table.ts'
import { StoreUnavailable } from './unavailable.ts'

/** A DPoP proof to use up (RFC 9449 section 11.1). */
interface UsedProof {
  /** The thumbprint of the key, because another client may choose the same `jti`. */
  readonly jkt: string
  readonly jti: string
  /** The credential that asks about a token with this proof. Each credential may ask once. Absent if the proof came for new tokens. */
  readonly credential?: string
  /** The first second in which the proof is too old. */
  readonly expiresAt: EpochSeconds
}

/** The records that keep proofs fresh, in the registry's table: the identifiers that were used, and the keys of the nonces. */
export class Proofs {
  readonly #records: Records

  constructor(table: Table, cache: Cache) {
    this.#records = new Records(table, cache)
  }

  /**
   * Uses up the `jti` of a client assertion (RFC 7523 section 3).
   *
   * @param until the first second in which the assertion is too old
   * @returns false if it was used before. A write that DynamoDB's client repeats is not a second use
   */
  async useAssertion(service: number, client: number, jti: string, until: EpochSeconds): Promise<boolean> {
    const key = { pk: `jti#${String(service)}.${String(client)}`, sk: hash('sha256', jti, 'base64url') }
    return (await this.#records.create(key, { ttl: until })).done
  }

  /**
   * Uses up a DPoP proof. Each proof has a partition of its own, so no partition is hot.
   *
   * @returns false if it was used before. A write that DynamoDB's client repeats is not a second use
   */
  async useProof(service: number, { jkt, jti, credential: askedBy, expiresAt }: UsedProof): Promise<boolean> {
    const used = `${askedBy === undefined ? '' : `${askedBy}.`}${jkt}.${jti}`
    const key = { pk: `dpop#${String(service)}.${hash('sha256', used, 'base64url')}`, sk: 'jti' }
    return (await this.#records.create(key, { ttl: expiresAt })).done
  }

  /**
   * The secret that makes the nonces of a service. It is stored before its service, and deleted with it.
   *
   * @throws StoreUnavailable if there is no such key. Then the service was deleted, and only the cache of this process still has it
   */
  async findNonceKey(service: number): Promise<Buffer> {
    const key = await this.#records.remember(nonceRecordKey(service), readNonceKey)
    if (key === undefined) throw new StoreUnavailable('the service has no nonce key')
    return key
  }

  /** Stores a new secret. Nonces of the previous secret are then refused. */
  putNonceKey(service: number, random: (bytes: number) => Buffer): Promise<void> {
    return this.#records.put(nonceRecordKey(service), {
      secret: random(NONCE_KEY_BYTES).toString('base64url'),
    })
  }

  deleteNonceKey(service: number): Promise<void> {
    return this.#records.erase(nonceRecordKey(service))
  }
}

const NONCE_KEY_BYTES = 32

function readNonceKey({ secret }: Item): Buffer {
  const key = Buffer.from(typeof secret === 'string' ? secret : '', 'base64url')
  if (key.length !== NONCE_KEY_BYTES) throw new Error('the nonce key is damaged')
  return key
}
