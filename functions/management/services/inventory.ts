import { Refusal } from '../../../shared/refusal/refusal.ts'
import type { Store } from '../../../shared/store/store.ts'
import type { Service } from '../../../shared/store/service.ts'

/** Without notes, nothing would lead from a serial number in a revocation list to tokens. @throws Refusal service-inventory-needed */
export async function requireInventoryForLists(
  { certificateInventory }: Service,
  store: Pick<Store, 'lists'>,
): Promise<void> {
  if (certificateInventory) return
  const { sources } = store.lists
  if ((await sources.findCurrent()).length > 0) throw new Refusal('service-inventory-needed')
}
