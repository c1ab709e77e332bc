import { type Call, type Surroundings, surroundings } from '../../shared/runtime/call.ts'
import { RequestLog } from '../../shared/runtime/log.ts'
import type { Runtime } from '../../shared/runtime/runtime.ts'
import type { Service } from '../../shared/store/service.ts'

/** The surroundings of a request at this moment of the runtime's clock. */
export const around = (runtime: Runtime): Surroundings => surroundings(runtime, new RequestLog())

/** A request about this service at this moment, as the OAuth face makes it. */
export const callOf = (runtime: Runtime, service: Service): Call => ({
  ...around(runtime),
  service,
  caller: undefined,
})
