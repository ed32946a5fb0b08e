import { existsSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Files as the kubelet mounts them: links through `..data`, which is itself a link. A further call replaces all of them
 * at once by the rename of that link.
 */
export function mountVolume(folder: string, runtime: string, contents: Readonly<Record<string, string>>): void {
  mkdirSync(join(folder, runtime), { recursive: true });
  for (const [name, text] of Object.entries(contents)) {
    writeFileSync(join(folder, runtime, name), text);
    if (!existsSync(join(folder, '..data'))) {
      symlinkSync(join('..data', name), join(folder, name));
    }
  }
  symlinkSync(runtime, join(folder, '..data_tmp'));
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
}
