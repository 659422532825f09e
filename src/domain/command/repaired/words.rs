//! The words of the answers, in the languages of our letters: Italian, English, French, Spanish, German, Romanian,
//! Albanian, Arabic, Ukrainian, Chinese; of Polish, Portuguese and Russian the shortest.

use super::Sign;

/// Each sign with its phrases, parted by `|`, as people write them: spelling is folded on both sides.
pub(super) const SIGNS: &[(Sign, &str)] = &[
    (
        Sign::Yes,
        "sì | si | yes | yep | yeah | ok | okay | certo | confermo | esatto | affermativo | oui | ouais | sí | ja \
         | jawohl | da | po | tak | sim | так | да | ага | نعم | أجل | ايوه | اي نعم | 是的 | 是 | 对 | 对的 | 嗯",
    ),
    (
        Sign::No,
        "no | nope | purtroppo no | non | nein | nee | ne | nu | jo | não | nie | ні | нет | لا | كلا | 不 | 不是 \
         | 否 | 没 | 没有 | 沒有",
    ),
    (
        Sign::Not,
        "not | isn | hasn | doesn | don | never | nemmeno | neanche | mai | niente | nessun | nessuno | nulla | pas \
         | n | jamais | aucun | rien | nunca | tampoco | nada | nicht | kein | keine | nie | niemals | niciun \
         | nimic | nici | n-a | nuk | asgjë | askush | не | ніхто | нічого | ніколи | لم | ليس | ليست | غير | ما \
         | 未 | 并未",
    ),
    (
        Sign::NotYet,
        "non ancora | non è ancora | non è stato ancora | non è stata ancora | non hanno ancora | non avete ancora \
         | not yet | hasn't yet | pas encore | toujours pas | todavía no | aún no | noch nicht | immer noch nicht \
         | noch immer nicht | încă nu | tot nu | nici acum nu | ende nuk | ende jo | akoma nuk | ще не | ще ні \
         | досі не | так і не | еще не | ещё нет | ليس بعد | 还没 | 还没有 | 還沒 | 還沒有 | 尚未 | 仍未 | 一直没",
    ),
    (
        Sign::Fixed,
        "funziona di nuovo | funzionano di nuovo | è tornata | è tornato | tornata | works again | working again \
         | work again | on again | marche à nouveau | fonctionne à nouveau | funciona de nuevo | funciona otra vez \
         | wieder in ordnung | riparato | riparata | riparati | riparate | risolto | risolta | risolti | sistemato \
         | sistemata | sistemati | aggiustato | aggiustata | a posto | tutto ok | tutto bene | funziona \
         | funzionano | funzionante | ripristinato | ripristinata | riparazione fatta | lavoro fatto | fatto \
         | eseguito | si è accesa | si è acceso | è accesa | è acceso | nessun problema | non ci sono problemi \
         | senza problemi | ora va | adesso va | problema rientrato | fixed | repaired | solved | resolved | sorted \
         | works | working | is working | all good | all ok | done | no problem | no more problems | problem gone \
         | back on | great job | réparé | réparée | réparés | résolu | résolue | résolus | arrangé | arrangée \
         | en ordre | marche | marchent | fonctionne | fonctionnent | tout est bon | c'est bon | c'est fait \
         | plus de problème | aucun problème | arreglado | arreglada | arreglados | resuelto | resuelta | reparado \
         | reparada | solucionado | solucionada | todo bien | todo en orden | ya está | funciona | funcionan \
         | ya no hay problema | ningún problema | repariert | behoben | erledigt | gelöst | in ordnung \
         | funktioniert | funktioniert wieder | geht wieder | leuchtet wieder | brennt wieder | alles gut \
         | alles klar | kein problem mehr | passt | fertig | reparat | reparată | rezolvat | rezolvată \
         | funcționează | merge | totul este în regulă | în regulă | e în regulă | totul e bine | s-a rezolvat \
         | s-a reparat | nicio problemă | u rregullua | rregulluar | i rregulluar | u zgjidh | zgjidhur | u riparua \
         | riparuar | punon | funksionon | në rregull | gjithçka mirë | ska problem | полагоджено | полагодили \
         | відремонтовано | відремонтували | виправлено | виправили | усунено | вирішено | вирішили | працює \
         | все гаразд | все добре | все в порядку | все ок | зроблено | зробили | починили | исправлено | работает \
         | решено | сделано | تم | إصلاح | إصلاحه | إصلاحها | أصلح | أصلحت | تصليح | حل | حلت | حُلّت | محلولة \
         | محلول | يعمل | تعمل | يشتغل | كل شيء جيد | على ما يرام | لا توجد مشكلة | لا مشكلة | انتهت المشكلة \
         | 修好了 | 修好 | 好了 | 已修 | 已修好 | 已修复 | 修复了 | 修复 | 解决了 | 解决 | 已解决 | 解決了 | 解決 \
         | 可以了 | 没问题 | 没有问题 | 没问题了 | 没有问题了 | 沒問題 | 正常 | 正常了 | 恢复 | 亮了 | 完成 \
         | naprawione | działa | consertado | resolvido",
    ),
    (
        Sign::Broken,
        "male | fatto male | lavoro fatto male | riparato male | riparata male | sistemato male | sistemata male \
         | pessimo | vergogna | assolutamente no | niente affatto | not at all | absolutely not | pas du tout \
         | überhaupt nicht | gar nicht | para nada | deloc | aspak | зовсім ні | rotto | rotta | rotti | rotte \
         | guasto | guasta | spento | spenta | spenti | al buio | buio | come prima | uguale | peggio | peggiorato \
         | peggiorata | di nuovo | daccapo | ancora lì | è ancora | sono ancora | c'è ancora | ci sono ancora \
         | ancora così | ancora no | sempre uguale | è sempre | è rimasto | è rimasta | persiste | permane \
         | riaperta | riaperto | tale e quale | tutto uguale | non è cambiato nulla | nulla di fatto \
         | niente di fatto | nessuno è venuto | non è venuto nessuno | non si è visto nessuno | non funziona \
         | non funzionano | non va | non risolto | broken | still | again | same as before | the same | worse \
         | nobody came | no one came | unchanged | unfixed | unsolved | unresolved | nothing has changed \
         | nothing changed | nothing was done | no change | cassé | cassée | toujours | encore | en panne | pire \
         | personne n'est venu | rien n'a changé | rien n'a été fait | roto | rota | rotos | sigue | siguen \
         | todavía | aún | averiado | averiada | peor | apagado | apagada | otra vez | igual que antes | igual \
         | no ha venido nadie | nadie ha venido | nada ha cambiado | kaputt | defekt | immer noch | noch immer \
         | schlimmer | wieder kaputt | wie vorher | niemand | unverändert | funktioniert nicht \
         | funktionieren nicht | geht nicht | geht immer noch nicht | leuchtet nicht | brennt nicht \
         | nichts passiert | nichts hat sich geändert | nicht behoben | stricat | stricată | defect | defectă \
         | încă | mai rău | la fel | nu a venit nimeni | nu s-a schimbat nimic | prishur | s'punon | s'është \
         | s'u rregullua | i prishur | e prishur | ende | akoma | njësoj | më keq | nuk erdhi askush \
         | asgjë nuk ka ndryshuar | зламано | зламаний | зламана | зламане | досі | все ще | гірше | без змін \
         | нічого не змінилося | ніхто не приїхав | ніхто не приходив | сломано | сломан | всё ещё | еще нет \
         | до сих пор | معطل | معطلة | مكسور | مكسورة | لا يزال | لا تزال | ما زال | ما زالت | مازال | مازالت \
         | أسوأ | لم يأت أحد | لم يتغير شيء | ما زالت المشكلة | 坏 | 坏的 | 坏了 | 壞 | 还是 | 還是 | 还坏 | 仍然 \
         | 仍 | 依然 | 不亮 | 不行 | 没修 | 没修好 | 没有修 | 没有修好 | 沒修好 | 沒有修好 | 还没修好 | 还没有修好 \
         | 还没修 | 未修 | 未修好 | 未解决 | 没解决 | 没有解决 | 沒解決 | 沒有解決 | 还没解决 | 没人来 | 没变 \
         | nadal | zepsute | ainda | quebrado",
    ),
    (
        Sign::But,
        "ma | però | tuttavia | tranne | eccetto | solo che | in parte | parzialmente | quasi | but | however \
         | except | partly | partially | almost | mais | sauf | en partie | pero | salvo | en parte | aber | jedoch \
         | teilweise | fast | dar | însă | parțial | por | mirëpo | pjesërisht | але | проте | частково | но | لكن \
         | ولكن | جزئيا | 但 | 但是 | 不过 | 部分",
    ),
    (
        Sign::Idle,
        "buongiorno | ancora grazie | grazie ancora | encore merci | buonasera | buon giorno | salve | ciao \
         | gentili | gentile | egregi | spettabile | purtroppo | eh | beh | mah | allora | in realtà | hello | hi \
         | dear | good morning | unfortunately | sorry | well | bonjour | bonsoir | malheureusement | hola \
         | buenos días | lamentablemente | desgraciadamente | guten tag | hallo | leider \
         | sehr geehrte damen und herren | bună ziua | salut | din păcate | përshëndetje | mirëdita | fatkeqësisht \
         | добрий день | вітаю | на жаль | здравствуйте | к сожалению | مرحبا | السلام عليكم | للأسف | 你好 | 您好 \
         | 抱歉 | 谢谢 | grazie | thanks | thank you | merci | gracias | danke | mulțumesc | faleminderit | дякую \
         | شكرا | e | ed | and | et | y | und | și | dhe | і | та",
    ),
];
