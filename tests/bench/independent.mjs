// `node independent.mjs film.mp4 still.png …`: another implementation of C2PA reads what this one signed.
// Copy it to a folder in which `npm install --ignore-scripts @trustnxt/c2pa-ts` was called, where its imports are
// looked for. It checks hashes and signature, and not who is trusted.
import * as fs from 'node:fs/promises';
import { BMFF, PNG } from '@trustnxt/c2pa-ts/asset';
import { SuperBox } from '@trustnxt/c2pa-ts/jumbf';
import { ManifestStore } from '@trustnxt/c2pa-ts/manifest';

// It was made for HEIC, whose boxes are those of films: of these it knows no brand, and where there are two
// boxes of a name, the credential's and that of the XMP, it finds neither.
for (const brand of ['isom', 'qt  ']) BMFF.canReadBrands.add(brand);
BMFF.prototype.getBoxByPath = function (path) {
    return this.getTopLevelBoxes().find((box) => path === `/${box.type}`);
};

for (const path of process.argv.slice(2)) {
    const data = await fs.readFile(path);
    const asset = PNG.canRead(data) ? new PNG(data) : new BMFF(data);
    const held = asset.getManifestJUMBF();
    if (!held) {
        console.log(`${path}: no credential`);
        continue;
    }
    const result = await ManifestStore.read(SuperBox.fromBuffer(held)).validate(asset);
    console.log(`${path}: ${result.isValid ? 'valid' : 'not valid'}`);
    for (const entry of result.statusEntries) console.log(`  ${entry.success ? 'ok  ' : 'FAIL'} ${entry.code}`);
}
