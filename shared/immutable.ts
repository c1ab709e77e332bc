type Primitive = string | number | bigint | boolean | null | undefined

/** `Value` with all members read-only, at any depth. */
export type Immutable<Value> = Value extends Primitive
  ? Value
  : Value extends readonly (infer Item)[]
    ? readonly Immutable<Item>[]
    : Value extends object
      ? { readonly [Name in keyof Value]: Immutable<Value[Name]> }
      : Value
