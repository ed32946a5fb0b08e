/** What is used of WebAssembly's JavaScript interface; TypeScript has it only with the types of a browser. */
declare namespace WebAssembly {
  type ImportValue = (...values: never[]) => unknown;

  class Module {
    constructor(bytes: Uint8Array);
    static imports(module: Module): readonly { readonly module: string; readonly name: string }[];
  }

  function compile(bytes: Uint8Array): Promise<Module>;

  class Instance {
    constructor(module: Module, imports: Readonly<Record<string, Readonly<Record<string, ImportValue>>>>);
    readonly exports: object;
  }

  interface Memory {
    readonly buffer: ArrayBuffer;
  }
}
