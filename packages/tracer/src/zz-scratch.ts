import { ProcInfo } from '@spoor/bpf';
import { memoryMap, processInfo, typedMap } from '@spoor/map';
const raw = memoryMap({ kind: 'lru_hash', keySize: 4, valueSize: ProcInfo.layout.size, maxEntries: 10 });
const map = typedMap(raw, { key: { kind: 'int', size: 4, signed: false }, value: ProcInfo });
const start: bigint = map.get(1)!.startTimeNs;
const info = processInfo(map, { toRecord: () => map.get(1)!, startTimeNs: (record) => record.startTimeNs, isWhole: (record) => record.sealNs === record.startTimeNs });
export const x = [start, info];
