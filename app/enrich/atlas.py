"""Our own tables of places: what GeoNames leaves out. Plain facts, one per line, parsed once by `gazetteer`.

`CODE` is an ISO 3166-1 code; states that are no more keep the code they had (SU, YU, CS, DD). A name after `=` is
the one shown; the names after it are other ways to write it.
"""

from __future__ import annotations

# Names by which English-language news knows a country, where GeoNames has another one or none.
COUNTRIES = """
AE = United Arab Emirates | UAE | U.A.E. | Emirates
BA = Bosnia and Herzegovina | Bosnia | Bosnia-Herzegovina | Bosnia-Hercegovina | Bosnia and Hercegovina
BS = Bahamas
CD = Democratic Republic of the Congo | DR Congo | DRC | Zaire | Democratic Republic of Congo | Congo-Kinshasa
CG = Republic of the Congo | Congo-Brazzaville | Republic of Congo | Congo
CI = Ivory Coast | Cote d'Ivoire
CN = China | People's Republic of China | PRC | P.R.C. | Communist China | Mainland China
CS = Czechoslovakia
CV = Cape Verde | Cabo Verde
CZ = Czech Republic | Czechia
DD = East Germany | German Democratic Republic
DE = Germany | Federal Republic of Germany
FR = France | French Republic
GB = United Kingdom | UK | U.K. | U.K | Britain | Great Britain
GM = Gambia
GR = Greece
HK = Hong Kong | Hongkong | H.K.
IE = Ireland | Republic of Ireland | Irish Republic | Eire
IN = India | Republic of India
IR = Iran | Islamic Republic of Iran | Persia
KH = Cambodia | Kampuchea
KP = North Korea | DPRK
KR = South Korea | Republic of Korea
LK = Sri Lanka | Ceylon
MK = North Macedonia | Macedonia
MM = Myanmar | Burma
MO = Macau | Macao
NL = Netherlands | Holland
NZ = New Zealand | N.Z.
PS = Palestine | Palestinian territories | Palestinian Territory
RU = Russia | Russian Federation
SA = Saudi Arabia | Saudi
ST = Sao Tome and Principe
SU = Soviet Union | USSR | U.S.S.R. | Union of Soviet Socialist Republics
SY = Syria | Syrian Arab Republic
SZ = Eswatini | Swaziland
TL = East Timor | Timor Leste | Timor-Leste
TR = Turkey | Turkiye
TW = Taiwan | Republic of China
US = United States | U.S. | U. S. | US | USA | U.S.A. | U.S | United States of America | America
VA = Vatican City | Vatican | Holy See
VN = Vietnam | Viet Nam | North Vietnam | South Vietnam
YU = Yugoslavia
ZW = Zimbabwe | Rhodesia
BF = Burkina Faso | Upper Volta
BJ = Benin | Dahomey
BY = Belarus | Byelorussia
KG = Kyrgyzstan | Kirghizia
MD = Moldova | Moldavia
TJ = Tajikistan | Tadzhikistan
TM = Turkmenistan | Turkmenia
KN = Saint Kitts and Nevis | St. Kitts and Nevis
LC = Saint Lucia | St. Lucia
VC = Saint Vincent and the Grenadines | St. Vincent and the Grenadines
TT = Trinidad and Tobago | Trinidad
"""

# Adjectives and nouns of nationality; a code of several letters and a hyphen is a key of REGIONS.
DEMONYMS = """
AD Andorran Andorrans
AE Emirati Emiratis
AF Afghan Afghans
AG Antiguan Antiguans
AL Albanian Albanians
AM Armenian Armenians
AO Angolan Angolans
AR Argentine Argentines Argentinian Argentinians Argentinean
AT Austrian Austrians
AU Australian Australians Aussie Aussies
AZ Azerbaijani Azerbaijanis Azeri Azeris
BA Bosnian Bosnians
BB Barbadian Barbadians
BD Bangladeshi Bangladeshis
BE Belgian Belgians
BF Burkinabe
BG Bulgarian Bulgarians
BH Bahraini Bahrainis
BI Burundian Burundians
BJ Beninese
BM Bermudian
BN Bruneian Bruneians
BO Bolivian Bolivians
BR Brazilian Brazilians
BS Bahamian Bahamians
BT Bhutanese
BW Botswanan Botswanans
BY Belarusian Belarusians Belarussian Belarussians Byelorussian
BZ Belizean Belizeans
CA Canadian Canadians
CD Zairean Zaireans Zairian Zairians Congolese
CH Swiss
CI Ivorian Ivorians
CL Chilean Chileans
CM Cameroonian Cameroonians
CN Chinese
CO Colombian Colombians
CR Costa-Rican
CS Czechoslovak Czechoslovaks Czechoslovakian
CU Cuban Cubans
CV Cape-Verdean
CY Cypriot Cypriots Greek-Cypriot Greek-Cypriots Turkish-Cypriot Turkish-Cypriots
CZ Czech Czechs
DD East-German East-Germans
DE German Germans
DJ Djiboutian
DK Danish Dane Danes
DO Dominican Dominicans
DZ Algerian Algerians
EC Ecuadorean Ecuadorian Ecuadoreans Ecuadorians
EE Estonian Estonians
EG Egyptian Egyptians
ER Eritrean Eritreans
ES Spanish Spaniard Spaniards
ET Ethiopian Ethiopians
FI Finnish Finn Finns
FJ Fijian Fijians
FR French Frenchman Frenchmen Frenchwoman
GA Gabonese
GB British Briton Britons Brit Brits
GE Georgian Georgians
GH Ghanaian Ghanaians Ghanian
GM Gambian Gambians
GN Guinean Guineans
GR Greek Greeks
GT Guatemalan Guatemalans
GY Guyanese
HN Honduran Hondurans
HR Croatian Croatians Croat Croats
HT Haitian Haitians
HU Hungarian Hungarians
ID Indonesian Indonesians
IE Irish Irishman Irishmen Irishwoman
IL Israeli Israelis
IN Indian Indians
IQ Iraqi Iraqis
IR Iranian Iranians
IS Icelandic Icelander Icelanders
IT Italian Italians
JM Jamaican Jamaicans
JO Jordanian Jordanians
JP Japanese
KE Kenyan Kenyans
KG Kyrgyz
KH Cambodian Cambodians
KP North-Korean North-Koreans
KR South-Korean South-Koreans
KW Kuwaiti Kuwaitis
KZ Kazakh Kazakhs Kazakhstani
LA Laotian Laotians Lao
LB Lebanese
LI Liechtensteiner
LK Sri-Lankan Sri-Lankans
LR Liberian Liberians
LT Lithuanian Lithuanians
LU Luxembourger Luxembourgers
LV Latvian Latvians
LY Libyan Libyans
MA Moroccan Moroccans
MC Monegasque
MD Moldovan Moldovans
ME Montenegrin Montenegrins
MG Malagasy
MK Macedonian Macedonians
ML Malian Malians
MM Burmese
MN Mongolian Mongolians
MR Mauritanian Mauritanians
MT Maltese
MU Mauritian Mauritians
MV Maldivian Maldivians
MW Malawian Malawians
MX Mexican Mexicans
MY Malaysian Malaysians
MZ Mozambican Mozambicans
NA Namibian Namibians
NE Nigerien
NG Nigerian Nigerians
NI Nicaraguan Nicaraguans
NL Dutch Dutchman Dutchmen Dutchwoman
NO Norwegian Norwegians
NP Nepalese Nepali Nepalis
NZ New-Zealander New-Zealanders
OM Omani Omanis
PA Panamanian Panamanians
PE Peruvian Peruvians
PG Papua-New-Guinean
PH Filipino Filipinos Philippine
PK Pakistani Pakistanis
PL Polish Pole Poles
PR Puerto-Rican Puerto-Ricans
PS Palestinian Palestinians
PT Portuguese
PY Paraguayan Paraguayans
QA Qatari Qataris
RO Romanian Romanians
RS Serbian Serb Serbs Serbians
RU Russian Russians
RW Rwandan Rwandans
SA Saudi-Arabian Saudis
SD Sudanese
SS South-Sudanese
SE Swedish Swede Swedes
SG Singaporean Singaporeans
SI Slovenian Slovenians Slovene Slovenes
SK Slovak Slovaks Slovakian
SL Sierra-Leonean Sierra-Leoneans
SN Senegalese
SO Somali Somalis Somalian
SR Surinamese
SU Soviet Soviets
SV Salvadoran Salvadorans Salvadorean Salvadoreans
SY Syrian Syrians
TD Chadian Chadians
TG Togolese
TH Thai Thais
TJ Tajik Tajiks
TM Turkmen
TN Tunisian Tunisians
TO Tongan Tongans
TR Turkish Turk Turks
TT Trinidadian Trinidadians
TW Taiwanese
TZ Tanzanian Tanzanians
UA Ukrainian Ukrainians
UG Ugandan Ugandans
US American Americans
UY Uruguayan Uruguayans
UZ Uzbek Uzbeks
VE Venezuelan Venezuelans
VN Vietnamese
WS Samoan Samoans
XK Kosovar Kosovars Kosovan
YE Yemeni Yemenis Yemenite
YU Yugoslav Yugoslavs Yugoslavian
ZA South-African South-Africans
ZM Zambian Zambians
ZW Zimbabwean Zimbabweans Rhodesian
West-Germany West-German West-Germans
Europe European Europeans
Asia Asian Asians
Africa African Africans
Latin-America Latin-American Latin-Americans
Korea Korean Koreans
Scandinavia Scandinavian Scandinavians
Central-Asia Central-Asian Central-Asians
Southeast-Asia Southeast-Asian Southeast-Asians
South-Asia South-Asian South-Asians
East-Asia East-Asian East-Asians
North-America North-American North-Americans
South-America South-American South-Americans
Central-America Central-American Central-Americans
Middle-East Middle-Eastern
Eastern-Europe Eastern-European Eastern-Europeans East-European
Western-Europe Western-European Western-Europeans West-European
North-Africa North-African North-Africans
West-Africa West-African West-Africans
East-Africa East-African East-Africans
England English Englishman Englishmen Englishwoman
Scotland Scottish Scot Scots Scotsman
Wales Welsh Welshman Welshmen
Northern-Ireland Northern-Irish
Kashmir Kashmiri Kashmiris
Chechnya Chechen Chechens
Tibet Tibetan Tibetans
Catalonia Catalan Catalans
Crimea Crimean Crimeans
Hong-Kong Hong-Konger Hong-Kongers
"""

# Parts of countries that news names without more words. Several names on one line are the same place.
REGIONS = """
GB England; Scotland; Wales; Northern Ireland | Ulster
CA Ontario | Ont.; Quebec | Québec | Que.; British Columbia | B.C.; Alberta | Alta.; Manitoba
CA Saskatchewan; Nova Scotia; New Brunswick
CA Newfoundland; Prince Edward Island; Yukon; Northwest Territories; Nunavut
AU New South Wales | NSW; Queensland; South Australia; Western Australia; Tasmania; Northern Territory
IN Jammu and Kashmir | Jammu & Kashmir; Andhra Pradesh; Arunachal Pradesh; Assam; Bihar; Chhattisgarh; Goa; Gujarat
IN Haryana; Himachal Pradesh; Jharkhand; Karnataka; Kerala; Madhya Pradesh; Maharashtra; Manipur; Meghalaya; Mizoram
IN Nagaland; Odisha | Orissa; Rajasthan; Sikkim; Tamil Nadu; Telangana; Tripura; Uttar Pradesh; Uttarakhand
IN West Bengal; Ladakh
PK Sindh; Balochistan | Baluchistan; Khyber Pakhtunkhwa; Gilgit-Baltistan; Waziristan; North Waziristan
DE West Germany; Bavaria; Saxony; Lower Saxony; North Rhine-Westphalia; Hesse; Brandenburg; Thuringia
DE Schleswig-Holstein; Saarland
FR Brittany; Normandy; Provence; Alsace; Corsica; Burgundy; Picardy
ES Catalonia; Andalusia; Galicia; Basque Country; Canary Islands; Balearic Islands; Asturias; Navarre; Majorca
IT Sicily; Sardinia; Tuscany; Lombardy; Piedmont; Umbria; Calabria; Veneto; Liguria
RU Chechnya; Dagestan; Ingushetia; Tatarstan; Siberia; North Ossetia; Bashkortostan; Kamchatka; Sakhalin
UA Crimea; Donbas | Donbass
GE Abkhazia; South Ossetia
CN Tibet; Xinjiang; Inner Mongolia; Guangdong; Sichuan; Hubei; Hunan; Hebei; Henan; Shandong; Shanxi; Shaanxi; Jiangsu
CN Zhejiang; Fujian; Anhui; Jiangxi; Yunnan; Guizhou; Gansu; Qinghai; Heilongjiang; Jilin; Liaoning; Hainan; Guangxi
JP Hokkaido; Okinawa; Honshu; Kyushu; Shikoku
BR Bahia; Minas Gerais; Rio Grande do Sul; Parana; Santa Catarina; Ceara; Pernambuco; Mato Grosso; Goias
AR Buenos Aires province; Entre Rios; Patagonia; Chaco; La Pampa; Misiones; Santa Fe province
MX Chiapas; Baja California; Sinaloa; Jalisco; Michoacan; Tamaulipas; Sonora; Oaxaca; Yucatan
ID Java; Sumatra; Bali; Aceh; Borneo; Sulawesi; Papua; West Papua
PH Mindanao; Luzon
RS Vojvodina
BA Republika Srpska
IQ Kurdistan; Anbar
AF Helmand
SD Darfur
ET Tigray
ZA KwaZulu-Natal; Gauteng; Western Cape; Eastern Cape; Transvaal; Soweto
CD Katanga; Kivu; North Kivu; South Kivu
SA Mecca
IL Golan Heights; Galilee
PS West Bank; Gaza Strip | Gaza
TZ Zanzibar
NG Biafra
US New England; Midwest; Long Island; Manhattan; Brooklyn; Bronx; Queens; Silicon Valley; Hollywood
US Harlem; Staten Island; Wall Street; Capitol Hill; Alaska Range; Gulf Coast; Guantanamo Bay
"""

# No country's alone.
WIDE = """
Europe; Asia; Africa; North America; South America; Central America; Latin America; Oceania; Antarctica; Arctic
Middle East | Mideast; Far East; Southeast Asia | South-East Asia | South East Asia; South Asia; Central Asia
East Asia; Western Europe; Eastern Europe; Central Europe; Scandinavia; Balkans; Caucasus; Baltics; Caribbean
North Africa; West Africa; East Africa; Southern Africa; sub-Saharan Africa; Sahel; Horn of Africa; Kashmir
Persian Gulf | Gulf; Red Sea; Black Sea; Baltic Sea | Baltic; North Sea; South China Sea; East China Sea
Mediterranean | Mediterranean Sea; Aegean Sea | Aegean; Sea of Japan | Japan Sea; Americas
Atlantic | Atlantic Ocean; Pacific | Pacific Ocean; Indian Ocean; Arctic Ocean; Caspian Sea; Gulf of Mexico
Himalayas; Alps; Andes; Amazon; Sahara; Rhine; Danube; Nile; Suez Canal; Panama Canal; English Channel
Strait of Hormuz | Straits of Hormuz | Hormuz; Korean Peninsula; Indian subcontinent; Asia-Pacific; Korea
Bosporus; Himalaya; Adriatic | Adriatic Sea; Mekong; Tigris; Euphrates; Sinai
"""

# Old abbreviations of news agencies, then the postal code is added by `gazetteer`.
US_STATES = """
AL Ala.; AK Alaska; AZ Ariz.; AR Ark.; CA Calif.; CO Colo.; CT Conn.; DE Del.; FL Fla.; GA Ga.; HI Hawaii; ID Idaho
IL Ill.; IN Ind.; IA Iowa; KS Kan. Kans.; KY Ky.; LA La.; ME Me.; MD Md.; MA Mass.; MI Mich.; MN Minn.; MS Miss.
MO Mo.; MT Mont.; NE Neb. Nebr.; NV Nev.; NH N.H.; NJ N.J.; NM N.M.; NY N.Y.; NC N.C.; ND N.D.; OH Ohio; OK Okla.
OR Ore.; PA Pa. Penn.; RI R.I.; SC S.C.; SD S.D.; TN Tenn.; TX Tex.; UT Utah; VT Vt.; VA Va.; WA Wash.; WV W.Va.
WI Wis. Wisc.; WY Wyo.
"""

# `CODE name shown = other names`, where GeoNames writes a city otherwise than English-language news does.
CITIES = """
UA Kyiv = Kiev
UA Odesa = Odessa
UA Kharkiv = Kharkov
UA Lviv = Lvov
IN Mumbai = Bombay
IN Kolkata = Calcutta
IN Chennai = Madras
IN Bengaluru = Bangalore
IN New Delhi = Delhi
CN Beijing = Peking
CN Guangzhou = Canton
MM Yangon = Rangoon
VN Ho Chi Minh City = Saigon
BD Dhaka = Dacca
CH Geneva = Genève
CH Zurich = Zürich
CH Bern = Berne
DE Cologne = Köln
DE Frankfurt = Frankfurt am Main
DE Munich = München
DE Nuremberg = Nürnberg
DE Hanover = Hannover
ES Seville = Sevilla
BE Ghent = Gent
BE Bruges = Brugge
PL Krakow = Kraków | Cracow
KZ Astana = Nur-Sultan
KZ Almaty = Alma-Ata
RU St. Petersburg = Saint Petersburg | St Petersburg | Leningrad
RU Volgograd = Stalingrad
RS Belgrade = Beograd
MA Marrakech = Marrakesh
MA Fez = Fès | Fes
IN Thiruvananthapuram = Trivandrum
IN Varanasi = Benares
US New York City = New York | New York, N.Y. | NYC
US Washington = Washington, D.C. | Washington DC | Washington D.C. | D.C.
US St. Louis = Saint Louis | St Louis
US St. Paul = Saint Paul
US Los Angeles = L.A.
CA Montreal = Montréal
CA Quebec City = Québec
BR Sao Paulo = São Paulo
BR Brasilia = Brasília
ES Valencia =
ES Barcelona =
GB Birmingham =
GB Cambridge =
IL Tel Aviv = Tel Aviv-Yafo
SA Mecca = Makkah
SA Jeddah = Jiddah
TR Istanbul = Constantinople
CO Bogota = Bogotá
SE Gothenburg = Göteborg
NL The Hague = Hague
CD Kinshasa = Leopoldville
"""

# First names, surnames and common words that are also countries or capitals: their place needs more evidence than the
# name alone.
DOUBTFUL_TABLE = """
chad georgia jordan victoria stanley hamilton douglas male kingston alofi jersey sucre plymouth georgetown jamestown
saipan bern papua wellington praia turkey nassau queens java gulf atlantic pacific amazon emirates arctic korea lima
sofia dominica guinea douglas goa
"""
DOUBTFUL = frozenset(DOUBTFUL_TABLE.split())

# Acronyms of countries: words unless in capitals.
ACRONYMS_TABLE = """
us uk uae usa prc drc ussr dprk nsw nyc la dc
"""
ACRONYMS = frozenset(ACRONYMS_TABLE.split())

# Surnames, languages and words as well: only where the recogniser agrees.
DOUBTFUL_DEMONYMS_TABLE = """
Pole Dane Finn Scot Lao English Brit Thai Turkmen Lapp
"""
DOUBTFUL_DEMONYMS = frozenset(DOUBTFUL_DEMONYMS_TABLE.split())
