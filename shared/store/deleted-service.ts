import type { Service, StoredService } from './service.ts'

/** `undefined` for a service whose deletion has begun: only its deletion may still find it. */
export function existing(service: StoredService): StoredService | undefined {
  return service.deletedAt === undefined ? service : undefined
}

/** Whether both are states of one service: one that was made later under the number of a deleted one is another. */
export function isSame(found: Service, current: Service): boolean {
  const isOfOneDeletion = found.deletedAt === undefined || found.deletedAt === current.deletedAt
  return found.createdAt === current.createdAt && isOfOneDeletion
}
