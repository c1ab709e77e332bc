import type { Service } from '../service.ts'

/** Whether every token that is bound to a certificate has a note. It may lack one if the service was without notes for a time. */
export function isInventoryComplete(
  service: Pick<Service, 'certificateInventory' | 'certificateInventoryInterrupted'>,
): boolean {
  return service.certificateInventory && !service.certificateInventoryInterrupted
}
