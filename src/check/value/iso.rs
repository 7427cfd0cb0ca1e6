//! Codes of ISO 639-1 and 639-2, ISO 3166-1 and ISO 4217, with withdrawn ones that old feeds still carry.
//!
//! Words between single blanks, in order.

/// Primary language subtags: ISO 639-1, ISO 639-2 (both sets), and the private ones.
pub(super) static LANGUAGES: &str = "\
    aa aar ab abk ace ach ada ady ae af afa afh afr ain ak aka akk alb ale alg alt am amh an ang anp apa ar ara arc arg arm arn arp \
    art arw as asm ast ath aus av ava ave awa ay aym az aze ba bad bai bak bal bam ban baq bas bat be bej bel bem ben ber bg bh bho \
    bi bih bik bin bis bla bm bn bnt bo bod bos br bra bre bs btk bua bug bul bur byn ca cad cai car cat cau ce ceb cel ces ch cha \
    chb che chg chi chk chm chn cho chp chr chu chv chy cmc cnr co cop cor cos cpe cpf cpp cr cre crh crp cs csb cu cus cv cy cym \
    cze da dak dan dar day de del den deu dgr din div doi dra dsb dua dum dut dv dyu dz dzo ee efi egy eka el ell elx en eng enm eo \
    epo es est et eu eus ewe ewo fa fan fao fas fat ff fi fij fil fin fiu fj fo fon fr fra fre frm fro frr frs fry ful fur fy ga gaa \
    gay gba gd gem geo ger gez gil gl gla gle glg glv gmh gn goh gon gor got grb grc gre grn gsw gu guj gv gwi gws ha hai hat hau \
    haw he heb her hi hil him hin hit hmn hmo ho hr hrv hsb ht hu hun hup hy hye hz ia iba ibo ice id ido ie ig ii iii ijo ik iku \
    ile ilo ina inc ind ine inh io ipk ira iro is isl it ita iu ja jav jbo jpn jpr jrb jv ka kaa kab kac kal kam kan kar kas kat kau \
    kaw kaz kbd kg kha khi khm kho ki kik kin kir kj kk kl km kmb kn ko kok kom kon kor kos kpe kr krc krl kro kru ks ku kua kum kur \
    kut kv kw ky la lad lah lam lao lat lav lb lez lg li lim lin lit ln lo lol loz lt ltz lu lua lub lug lui lun luo lus lv mac mad \
    mag mah mai mak mal man mao map mar mas may mdf mdr men mg mga mh mi mic min mis mk mkd mkh ml mlg mlt mn mnc mni mno mo moh mol \
    mon mos mr mri ms msa mt mul mun mus mwl mwr my mya myn myv na nah nai nap nau nav nb nbl nd nde ndo nds ne nep new ng nia nic \
    niu nl nld nn nno no nob nog non nor nqo nr nso nub nv nwc ny nya nym nyn nyo nzi oc oci oj oji om or ori orm os osa oss ota oto \
    pa paa pag pal pam pan pap pau peo per phi phn pi pl pli pol pon por pra pro ps pt pus qaa qtz qu que raj rap rar rm rn ro roa \
    roh rom ron ru rum run rup rus rw sa sad sag sah sai sal sam san sas sat sc scc scn sco scr sd se sel sem sg sga sgn sh shn si \
    sid sin sio sit sk sl sla slk slo slv sm sma sme smi smj smn smo sms sn sna snd snk so sog som son sot spa sq sqi sr srd srn srp \
    srr ss ssa ssw st su suk sun sus sux sv sw swa swe syc syr ta tah tai tam tat te tel tem ter tet tg tgk tgl th tha ti tib tig \
    tir tiv tk tkl tl tlh tli tmh tn to tog ton tpi tr ts tsi tsn tso tt tuk tum tup tur tut tvl tw twi ty tyv udm ug uga uig uk ukr \
    umb und ur urd uz uzb vai ve ven vi vie vo vol vot wa wak wal war was wel wen wln wo wol x xal xh xho xx yao yap yi yid yo yor \
    ypk za zap zbl zen zgh zh zha zho znd zu zul zun zxx zza";

/// ISO 3166-1 alpha-2, and the withdrawn `AN`.
pub(super) static COUNTRIES: &str = "\
    AD AE AF AG AI AL AM AN AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG \
    CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM \
    GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC \
    LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ \
    OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC \
    TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// ISO 4217, in use or once in use.
pub(super) static CURRENCIES: &str = "\
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZM AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BYR BZD CAD CDF CHE CHF \
    CHW CLF CLP CNY COP COU CRC CSD CUC CUP CVE CYP CZK DJF DKK DOP DZD EEK EGP ERN ETB EUR FJD FKP GBP GEL GHC GHS GIP GMD GNF GTQ \
    GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LTL LVL LYD \
    MAD MDL MGA MKD MMK MNT MOP MRO MRU MTL MUR MVR MWK MXN MXV MYR MZM MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG \
    QAR ROL RON RSD RUB RWF SAR SBD SCR SDD SDG SEK SGD SHP SIT SKK SLE SLL SOS SRD SRG SSP STD STN SVC SYP SZL THB TJS TMM TMT TND \
    TOP TRL TRY TTD TWD TZS UAH UGX USD USN USS UYI UYU UYW UZS VEB VED VEF VES VND VUV WST XAF XAG XAU XBA XBB XBC XBD XCD XDR XFO \
    XOF XPD XPF XPT XSU XTS XUA XXX YER ZAR ZMK ZMW ZWD ZWL";

/// Whether the text is an ISO 3166-1 alpha-2 code in capitals.
pub(in crate::check) fn is_country(code: &str) -> bool {
    super::listed(COUNTRIES, code)
}

/// Whether the text is an ISO 4217 code in capitals.
pub(in crate::check) fn is_currency(code: &str) -> bool {
    super::listed(CURRENCIES, code)
}
