// What type tests say: `expectType<Equal<A, B>>(true)`.

/** Whether two types are the same, `any` and optional members told apart. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles when the type argument is `true`. */
export function expectType<T extends true>(..._proof: T[]): void {}
