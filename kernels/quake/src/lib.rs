//! Seismic onset picking: recursive STA/LTA, AIC, network coincidence.
