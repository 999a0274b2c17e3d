/**
 * Released bundles by the CID of their root, under which all of a bundle hangs: whoever has the right
 * root has the right actors. Source: build/actors of Lotus at {@link LOTUS_COMMIT}.
 */
import type { CID } from '../ipld/cid.ts'

/** State of the Lotus repository from which archives are downloaded; their content never changes. */
export const LOTUS_COMMIT = 'b835fab702ebce57abd7e6d0c3326bbd1e18c008'

export interface Release {
  /** The newest network version that these actors run under. */
  readonly networkVersion: number
  /** Of the archive `build/actors/<version>.tar.zst`, in hex. */
  readonly sha256: string
  /** By network. */
  readonly roots: Readonly<Record<string, string>>
}

export const releases = {
  v10: {
    networkVersion: 18,
    sha256: '5fa394a86cbd44927352470d1b84cf7bfd590c3efecef6f743f2dcb60c8ee356',
    roots: {
      'testing-fake-proofs': 'bafy2bzacedwap2uuii4luljckrnb4vkur2unb6fyinn7xjie6xlva2wmlygj2',
      butterflynet: 'bafy2bzaceckjhsggacixv2d377zfdcnuio4hzkveprio3xnhm3gohi3zy3zco',
      calibrationnet: 'bafy2bzaced25ta3j6ygs34roprilbtb3f6mxifyfnm7z7ndquaruxzdq3y7lo',
      caterpillarnet: 'bafy2bzaceajftd7jawqnwf4kzkotksrwy6ag7mu2apkvypzrrmxboheuum5oi',
      devnet: 'bafy2bzacebzz376j5kizfck56366kdz5aut6ktqrvqbi3efa2d4l2o2m653ts',
      mainnet: 'bafy2bzacecsuyf7mmvrhkx2evng5gnz5canlnz2fdlzu2lvcgptiq2pzuovos',
      testing: 'bafy2bzacebsp3bkxwsijenqeimhvhtg52d6o76hn6qhzxveqfq7d5hdd5l2ee',
    },
  },
  v11: {
    networkVersion: 20,
    sha256: '11e69fc0e8b4fefcc1ef866db410488589c8c5d39b4e0e84c694963fd90428b5',
    roots: {
      'testing-fake-proofs': 'bafy2bzacecojemqglhzzhjnhgtrcbsgkyv67ziytvtbhwlr4ym4oxqofv7zui',
      butterflynet: 'bafy2bzaceaiy4dsxxus5xp5n5i4tjzkb7sc54mjz7qnk2efhgmsrobjesxnza',
      calibrationnet: 'bafy2bzacedhuowetjy2h4cxnijz2l64h4mzpk5m256oywp4evarpono3cjhco',
      caterpillarnet: 'bafy2bzacebexc2jgzwr5ngn6jdnkwdqwwmcapajuypdgvopoe6bnvp4yxm4o2',
      devnet: 'bafy2bzaceay35go4xbjb45km6o46e5bib3bi46panhovcbedrynzwmm3drr4i',
      mainnet: 'bafy2bzacecnhaiwcrpyjvzl4uv4q3jzoif26okl3m66q3cijp3dfwlcxwztwo',
      testing: 'bafy2bzacea2vxre32tg3xhpejrktiuzx4d3pcoe7yyazgscfibmegmchr6n42',
    },
  },
  v12: {
    networkVersion: 21,
    sha256: 'c77ed4b77ecc74f2be72951621d2ac3892efde16e509e311c9a4dae6524995ad',
    roots: {
      'calibrationnet-12-rc1': 'bafy2bzacedrunxfqta5skb7q7x32lnp4efz2oq7fn226ffm7fu5iqs62jkmvs',
      'calibrationnet-12-rc2': 'bafy2bzacebl4w5ptfvuw6746w7ev562idkbf5ppq72e6zub22435ws2rukzru',
      'testing-fake-proofs': 'bafy2bzacecver4l5d6jiuzubhrtcxjjfdx6jnxbmyp4bselol2atgkhz3e3um',
      butterflynet: 'bafy2bzacectxvbk77ntedhztd6sszp2btrtvsmy7lp2ypnrk6yl74zb34t2cq',
      calibrationnet: 'bafy2bzacednzb3pkrfnbfhmoqtb3bc6dgvxszpqklf3qcc7qzcage4ewzxsca',
      caterpillarnet: 'bafy2bzacebxiub6qsy67asvl5cx33x5vjbuqinalmf3xtnbmokxmmklzdkvei',
      devnet: 'bafy2bzaceasjdukhhyjbegpli247vbf5h64f7uvxhhebdihuqsj2mwisdwa6o',
      mainnet: 'bafy2bzaceapkgfggvxyllnmuogtwasmsv5qi2qzhc2aybockd6kag2g5lzaio',
      testing: 'bafy2bzaceaaxd6ytavsek5bi5soqo7qamezuqfyfjy42es2clpbzu3pwzcmye',
    },
  },
  v13: {
    networkVersion: 22,
    sha256: '49325b0f5a612872c546ae25f39390e9d784778decda607f6e6b68768123d150',
    roots: {
      'calibrationnet-13-rc3': 'bafy2bzacea4firkyvt2zzdwqjrws5pyeluaesh6uaid246tommayr4337xpmi',
      'testing-fake-proofs': 'bafy2bzaceaf7fz33sp2i5ag5xg5ompn3dwppqlbwfacrwuvzaqdbqrtni7m5q',
      butterflynet: 'bafy2bzacec75zk7ufzwx6tg5avls5fxdjx5asaqmd2bfqdvkqrkzoxgyflosu',
      calibrationnet: 'bafy2bzacect4ktyujrwp6mjlsitnpvuw2pbuppz6w52sfljyo4agjevzm75qs',
      caterpillarnet: 'bafy2bzacedu7kk2zngxp7y3lynhtaht6vgadgn5jzkxe5nuowtwzasnogx63w',
      devnet: 'bafy2bzacecn7uxgehrqbcs462ktl2h23u23cmduy2etqj6xrd6tkkja56fna4',
      mainnet: 'bafy2bzacecdhvfmtirtojwhw2tyciu4jkbpsbk5g53oe24br27oy62sn4dc4e',
      testing: 'bafy2bzacedg47dqxmtgzjch6i42kth72esd7w23gujyd6c6oppg3n6auag5ou',
    },
  },
  v14: {
    networkVersion: 23,
    sha256: '4b5949d5aa391d002939e2a36303b24bf835d690cf991d0870ee6a16b9ee3543',
    roots: {
      'testing-fake-proofs': 'bafy2bzacebca2c7r6m47fv5ojbzfgqxw74zxyzphlkxigj75q7vobbe6vm4x4',
      butterflynet: 'bafy2bzacecmkqezl3a5klkzz7z4ou4jwqk4zzd3nvz727l4qh44ngsxtxdblu',
      calibrationnet: 'bafy2bzacebq3hncszqpojglh2dkwekybq4zn6qpc4gceqbx36wndps5qehtau',
      caterpillarnet: 'bafy2bzacecr6g2co4zkdvrsbz2z7wh44o6hrl3rpbgnlhe52772hhjs43vxge',
      devnet: 'bafy2bzacebwn7ymtozv5yz3x5hnxl4bds2grlgsk5kncyxjak3hqyhslb534m',
      mainnet: 'bafy2bzacecbueuzsropvqawsri27owo7isa5gp2qtluhrfsto2qg7wpgxnkba',
      testing: 'bafy2bzacebgc3zha33w7wggshqjeeomjnxfsqdezpt6e5w4tcqnfp42hvhqyy',
    },
  },
  v15: {
    networkVersion: 24,
    sha256: '0ae4571770ec8e58e0a292b2258e4f79d31bf4e489ec14310b7a492115082d21',
    roots: {
      'testing-fake-proofs': 'bafy2bzacea3jtzs4jz75ht3ncdyvabef4spz7w375ja7spp36yy3zwp5ji2wi',
      butterflynet: 'bafy2bzacearjal5rsmzloz3ny7aoju2rgw66wgxdrydgg27thcsazbmf5qihq',
      calibrationnet: 'bafy2bzaceax5zkysst7vtyup4whdxwzlpnaya3qp34rnoi6gyt4pongps7obw',
      caterpillarnet: 'bafy2bzaceaw24gctg3dx6pzrymhggsp32c7mofjscwnylk4pzsqmilolygwhi',
      devnet: 'bafy2bzacedlusqjwf7chvl2ve2fum5noyqrtjzcrzkhpbzpkg7puiru7dj4ug',
      mainnet: 'bafy2bzaceakwje2hyinucrhgtsfo44p54iw4g6otbv5ghov65vajhxgntr53u',
      testing: 'bafy2bzacedio6qbcgxduz3y2zksor5dgyt3ieiugnugvsz6k2jdzwvugwahag',
    },
  },
  v16: {
    networkVersion: 26,
    sha256: '4002316b6bc840d50547f5239114b2bff4f7607390beccaed8395f3e308ffd88',
    roots: {
      'butterflynet-v16.0.0': 'bafy2bzacedn2h6huw7v2elmmdmpv4phdv4wjwgct7kcrrtdgz7jkjdm6uwa6k',
      'calibrationnet-v16.0.0': 'bafy2bzacebc7zpsrihpyd2jdcvmegbbk6yhzkifre3hxtoul5wdxxklbwitry',
      'devnet-v16.0.0': 'bafy2bzaceafzrqb6adck3o3mbyd33gtp2272f577hidqyo7cszg2ksn5sebh2',
      'testing-fake-proofs': 'bafy2bzaceaauqnw45yfi6lh53gzxzx47tabzh7zart6eqr3eojp72vtzgs6tg',
      'testing-fake-proofs-v16.0.0':
        'bafy2bzacec4tth5r62ny75wt27tyzgzc4nc3zte6cxainlrxs54g7yvmlezs4',
      'testing-v16.0.0': 'bafy2bzacea35za4a3ljlupfn2wxdzwz5py6vbu267s5p4p4uvdoqyhhggbbfq',
      butterflynet: 'bafy2bzaceda5lc7qrwp2hdm6s6erppwuydsfqrhbgld7juixalk342inqimbo',
      calibrationnet: 'bafy2bzacecqtwq6hjhj2zy5gwjp76a4tpcg2lt7dps5ycenvynk2ijqqyo65e',
      caterpillarnet: 'bafy2bzacedrq643mgak6w3nbmz3wvcgjrirdoq7y6l3xgwijgirffgaxf6yqg',
      devnet: 'bafy2bzaceclp3wfrwdjgh6c3gee5smwj3zmmrhb4fdbc4yfchfaia6rlljx5o',
      mainnet: 'bafy2bzacecnepvsh4lw6pwljobvwm6zwu6mbwveatp7llhpuguvjhjiqz7o46',
      testing: 'bafy2bzaceazq2v3l6w2vhch76v5y5krsif5zf65ctega6bll6yrsxavwoyrf2',
    },
  },
  v17: {
    networkVersion: 27,
    sha256: '50a716281a8954671e34b86470d7e7834c4d88569ca390d1dc871ca2bc962d6d',
    roots: {
      'testing-fake-proofs': 'bafy2bzacedws3pjlpe4zm3pkgjvu6uovegk7osexwlpwkevkqulhqqqkic6b2',
      butterflynet: 'bafy2bzacedzjwguwuihh4tptzfkkwaj3naamrnklbaixn2wfzqh67twwp56pi',
      calibrationnet: 'bafy2bzacecn64rlb52rjsvgopnidz6w42z3zobmjxqek5s4xqjh3ly47rcurg',
      caterpillarnet: 'bafy2bzaceautgoa57hap6oflau5du3d2hwgk45c76muyyxuqaj6amak2znllq',
      devnet: 'bafy2bzaceasvgkke3j4cs3xsxnjswpcdmokkvkiehzxzcgfox3ozlehimbuqk',
      mainnet: 'bafy2bzaceai74ppsvuxs3nvpzzeuptdr3wl7vmdpbphvtz4qt5hfq2qdfvz3e',
      testing: 'bafy2bzaceb2ca5dv47npgrjww4aga4fvlvgykf34b7aq4ti5gfs2qqj2eif4w',
    },
  },
  v18: {
    networkVersion: 28,
    sha256: '27a4bac392e9b3f7e0cce13f67c6da576b86d48a9a78fe355bc5e31c42d5d7ee',
    roots: {
      'testing-fake-proofs': 'bafy2bzacebhqxufvuk42n44l2h3ilek5jrp7lgdyapnyu76j5ocgi5koxkh7u',
      butterflynet: 'bafy2bzacedg3y3ylp3w4bqmfgyiasrikg3bgfibblc7o4gri3b7j7ftgjhyuu',
      calibrationnet: 'bafy2bzacebkfatnbe6w4rj7lf6gkjh7mywlrpdh2dj6hu2dl4rmtwksszm2hs',
      caterpillarnet: 'bafy2bzacebmy7xg5qcvxnlnu7vg32hdmgdn4jqljwnazdeetitesbovnlnctw',
      devnet: 'bafy2bzaced35gjxagazf2fne5dakbok5abmivsh7cq7huwfuptebgwjmcpcf6',
      mainnet: 'bafy2bzacedxsqapxwj5znwy4leem5gsuenhhfyqcntews3yis5iek67thy6lc',
      testing: 'bafy2bzacece6i7k26rjexzyedrr5qcag7xdntw72tdsealzy6qqdrankk4a7g',
    },
  },
} as const satisfies Record<string, Release>

export type ActorsVersion = keyof typeof releases

export interface KnownBundle {
  readonly version: ActorsVersion
  readonly network: string
  readonly networkVersion: number
}

/** undefined: a build that nobody has released. */
export function knownBundle(root: CID): KnownBundle | undefined {
  const wanted = String(root)
  for (const [version, { roots, networkVersion }] of Object.entries(releases)) {
    for (const [network, known] of Object.entries(roots)) {
      if (known === wanted) return { version: version as ActorsVersion, network, networkVersion }
    }
  }
  return undefined
}
