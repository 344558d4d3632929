"""Schemes of python-stdnum that number natural persons. The ledger knows legal persons only.

Tax numbers that firms and people share (`pt.nif`, `es.nif`, `ke.pin`, …) are not among them: there the scheme
cannot tell, and whoever registers must.
"""

PERSONAL_SCHEMES = frozenset(
    "ar.dni at.vnr be.eid be.ssn bg.egn br.cpf ca.bc_phn ca.sin ch.ssn cl.run cn.ric cr.cpf cr.cr cu.ni cz.rc de.idnr "
    "dk.cpr do.cedula ec.ci ee.ik es.dni es.nie fi.hetu fi.veronumero fr.nir gb.nhs gr.amka id.nik ie.pps il.idnr "
    "in.aadhaar in.epic in.vid it.codicefiscale jp.in kr.rrn lt.asmens mu.nid mx.curp my.nric nl.bsn "
    "nl.identiteitskaartnummer no.fodselsnummer pe.cui pk.cnic pl.pesel pt.cc ro.cnp se.personnummer si.emso sk.rc "
    "th.pin tr.tckimlik ua.rntrc us.atin us.itin us.ssn za.idnr".split()
)
