import * as z from 'zod/mini'

/**
 * The schema of an object, made when it is first used: a cold start takes longer with each schema that is made (docs/performance.md).
 *
 * @param members makes the schemas of the members
 * @__NO_SIDE_EFFECTS__
 */
export function lazyObject<Shape extends z.core.$ZodLooseShape>(members: () => Shape) {
  return z.lazy(() => z.object(members()))
}
