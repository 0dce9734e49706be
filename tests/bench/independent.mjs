// `node tests/bench/independent.mjs film.mp4 …`: another implementation of C2PA reads what ours signed.
// It needs `npm install --ignore-scripts @trustnxt/c2pa-ts` in a folder of its own, from which it is run:
// imports are looked for beside the script, so copy it there. It checks hashes and signature, not who is trusted.
import * as fs from 'node:fs/promises';
import { BMFF, JPEG, PNG } from '@trustnxt/c2pa-ts/asset';
import { SuperBox } from '@trustnxt/c2pa-ts/jumbf';
import { ManifestStore } from '@trustnxt/c2pa-ts/manifest';

for (const path of process.argv.slice(2)) {
    const data = await fs.readFile(path);
    const kind = [PNG, JPEG, BMFF].find((k) => k.canRead(data));
    const asset = kind && new kind(data);
    const held = asset?.getManifestJUMBF();
    if (!held) {
        console.log(`${path}: no credential`);
        continue;
    }
    const store = ManifestStore.read(SuperBox.fromBuffer(held));
    const result = await store.validate(asset);
    console.log(`${path}: ${result.isValid ? 'valid' : 'not valid'}`);
    for (const entry of result.statusEntries) console.log(`  ${entry.success ? 'ok  ' : 'FAIL'} ${entry.code}`);
}
