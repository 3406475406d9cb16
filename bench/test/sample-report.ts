import type { Report } from '../src/report/report.js';

/** A report with all that one can have. */
export const sampleReport: Report = {
  subject: { name: 'sample', title: 'A sample', question: 'Is <it> fast?' },
  finding: {
    measurements: [
      {
        id: 'time',
        title: 'Time | taken',
        unit: 'ns',
        base: 'theirs',
        series: [
          { name: 'ours & all', side: 'ours', samples: [2000, 2200, 2100] },
          { name: 'theirs', side: 'peer', samples: [4000, 4400, 4200] },
          { name: 'nothing', side: 'floor', samples: [0, 0, 0] },
        ],
      },
      {
        id: 'memory',
        title: 'Memory',
        unit: 'bytes',
        series: [{ name: 'ours & all', side: 'ours', samples: [81e6] }],
      },
    ],
    goals: [
      { text: 'half the time', value: 0.5, limit: 0.6, unit: 'times' },
      { text: 'memory', value: 81e6, limit: 80e6, unit: 'bytes' },
    ],
    absent: ['bpftrace: not installed'],
    remarks: ['Said for a reason.'],
  },
  machine: {
    cpu: 'Some CPU',
    cpus: 2,
    memory: 8e9,
    kernel: '6.1.0',
    node: '20.19.0',
    virtual: true,
    tools: { strace: '6.1-0.1' },
  },
  at: '2026-11-22T18:39:38.000Z',
  seconds: 61.4,
  load: 0.25,
  quick: false,
};
