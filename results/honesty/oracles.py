"""Thresholds delta_alg that are known without onset: closed forms and one-dimensional integrals.

Prints `link<TAB>channel<TAB>noise<TAB>delta_alg<TAB>relative accuracy<TAB>source`, which tests/library/honest_bars.rs reads:

    python3 results/honesty/oracles.py > tests/data/known_thresholds.tsv        (NumPy, SciPy; a minute)
"""
import numpy as np
from scipy import special as sp
from numpy.polynomial.legendre import leggauss
rows=[]
def row(link,channel,noise,value,acc,source): rows.append((link,channel,noise,float(value),acc,source))
phi=lambda x: np.exp(-x*x/2)/np.sqrt(2*np.pi)
X,W=leggauss(40)
def comp(ends):
    ends=np.asarray(ends,float); a,b=ends[:-1,None],ends[1:,None]
    return ((a+b)/2+(b-a)/2*X).ravel(), ((b-a)/2*W).ravel()
# A. strictly monotone in |z|
for l in ["z1^2","abs(z1)","z1^4","1/z1^2","1/abs(z1)","1/z1^4","exp(z1^2)","exp(-z1^2)","ln(z1^2)","ln(abs(z1))","tanh(z1^2)","sqrt(1+z1^2)",
          "1.5*tanh(z1^2-1)","z1^2/(1+z1^2)","z1^2+z1^4","1e-14*z1^2","1e-300*z1^2","1e300*z1^2","-3*z1^2+7","z1^2+1e12","1e-14*z1^2+1","1e-200/z1^2","abs(z1)^0.3","abs(z1)^7","1/(1+z1^2)","ln(1+exp(z1^2))","exp(z1)+exp(-z1)","sign(abs(z1)-1)+abs(z1)","z1^2+1/(1+exp(-z1^2))"]:
    row(l,"deterministic",0,0.5,1e-15,"monotone in |z|")
# B. doors
for K in [0.05,0.3,0.674489750196082,1,1.5,2,3,4]:
    p=sp.erf(K/np.sqrt(2)); q=sp.erfc(K/np.sqrt(2)); c=2*K*phi(K)
    row(f"sign(abs(z1)-{K})","deterministic",0,p*q/c**2,1e-13,"closed form")
for K,f in [(1,0.0),(1,0.1),(1,0.4),(1,0.49),(1,0.4999),(0.5,0.25),(2,0.3),(1,0.9)]:
    p=sp.erf(K/np.sqrt(2)); q=1-p; c=(1-2*f)*2*K*phi(K); a=(1-f)*p+f*q; b=1-a
    row(f"sign(abs(z1)-{K})","flip",f,a*b/c**2,1e-13,"closed form")
# C. logistic
def logistic(tau,g,z,w):
    P=np.sum(w*sp.expit(tau)); M=np.sum(w*sp.expit(-tau)); c=np.sum(w*g*np.tanh(tau/2))/2
    return P*M/c**2/(P+M)
for c in [1e-8,1e-4,0.01,0.3,1,3,30,1e3]:
    e=np.unique(np.concatenate([np.linspace(-12,12,241),*[s*1+np.linspace(-40/c,40/c,321) for s in(-1,1) if c>=1]]))
    e=e[(e>=-12)&(e<=12)]; z,w=comp(e); w=w*phi(z)
    row(f"{c}*(z1^2-1)","logistic",0,logistic(c*(z*z-1),z*z-1,z,w),1e-10,"quadrature in z")
# D. counts
for c in [1e-20,1e-8,1e-3,0.1,1,7,100,700]:
    row(f"{c}*z1^2","poisson",0,(1+2*c)/(4*c),1e-14,"negative binomial")
# E. z^2 with gaussian noise
def noisy_square(s):
    # y on panels; z integrated around the roots
    hi=80+9*s
    ye=np.unique(np.concatenate([np.linspace(-9*s,min(40*s,hi),120),np.geomspace(40*s,hi,200) if 40*s<hi else [hi]]))
    y,wy=comp(ye); F=0.
    for yy,ww in zip(y,wy):
        a=np.sqrt(max(yy-9.5*s,0)); b=np.sqrt(max(yy+9.5*s,0))
        if b==0: continue
        z,w=comp(np.linspace(a,min(b,12.5),9)) if a<12.5 else (np.zeros(1),np.zeros(1))
        k=2*w*phi(z)*phi((yy-z*z)/s)/s; p=k.sum()
        if p>1e-200: F+=ww*(k*(z*z-1)).sum()**2/p
    return 1/F
for s in [0.001,0.03,0.1,0.5,1,5]:
    row("z1^2","gaussian",s,noisy_square(s),1e-9,"quadrature in z and y")
for s in [1e-10,1e-12,1e-14,1e-16,1e-100,1e-300]:
    row("z1^2","gaussian",s,0.5,1e-13,"limit: the loss is s^2/4")
for a,s in [(1e-14,1e-15),(1e200,1e200),(1e-300,5e-301)]:
    row(f"{a}*z1^2","gaussian",s,noisy_square(s/a),1e-9,"scaled")
# F. door with gaussian noise
for K,s in [(1,0.05),(1,0.5),(1,1),(1,4),(0.5,1),(2,0.7)]:
    p=sp.erf(K/np.sqrt(2)); q=1-p; c=2*K*phi(K)
    y,w=comp(np.unique(np.concatenate([np.linspace(-1-12*s,-1+12*s,200),np.linspace(1-12*s,1+12*s,200)])))
    A=q*phi((y-1)/s)/s; B=p*phi((y+1)/s)/s; ok=A+B>0
    row(f"sign(abs(z1)-{K})","gaussian",s,1/np.sum((w*(c*A/q-c*B/p)**2/np.where(ok,A+B,1))[ok]),1e-10,"quadrature in y")
row("sign(abs(z1)-1)","gaussian",1e-9,rows[[r[0] for r in rows].index("sign(abs(z1)-1)")][3],1e-13,"limit of no noise")
# H. flat pieces and several levels
P=lambda K: sp.erf(K/np.sqrt(2))
def inside(K): # int_{|z|<K} (z^2-1)^2
    z,w=comp(np.linspace(-K,K,41)); return np.sum(w*phi(z)*(z*z-1)**2)
for a in [0.2,1,2,5]:
    K=np.sqrt(a); c=2*K*phi(K)
    row(f"max(z1^2-{a},0)","deterministic",0,1/(2-inside(K)+c**2/P(K)),1e-13,"closed form")
    row(f"min(z1^2,{a})","deterministic",0,1/(inside(K)+c**2/sp.erfc(K/np.sqrt(2))),1e-13,"closed form")
K=1;row("max(z1^2,1)","gaussian",1e-16,1/(2-inside(1)+(2*phi(1))**2/P(1)),1e-9,"limit of no noise")
for a,b in [(0.5,1),(1,2),(0.3,2.5)]:
    ca,cb=2*a*phi(a),2*b*phi(b)
    row(f"sign(abs(z1)-{a})+sign(abs(z1)-{b})","deterministic",0,1/(ca**2/P(a)+(ca-cb)**2/(P(b)-P(a))+cb**2/(1-P(b))),1e-13,"three atoms")
# cos(a z)
for a in [0.5,1,2,3]:
    # theta in (0, pi): z = +-(theta + 2 pi m)/a, all m
    t,w=comp(np.linspace(0,np.pi,60)); m=np.arange(-40,41)[:,None]; z=(t+2*np.pi*m)/a
    d=phi(z).sum(0)*2/a; g=(phi(z)*(z*z-1)).sum(0)*2/a
    row(f"cos({a}*z1)","deterministic",0,1/np.sum(w*g*g/d),1e-10,"sum over branches")
# G. two and three latents
pi=np.pi
def prod(): # density K0/pi
    t,w=comp(np.exp(np.linspace(-60,np.log(60),400))); return t,w,sp.k0(t)/pi,t*sp.k1(t)/np.maximum(sp.k0(t),1e-300)-1
t,w,d,g=prod(); ok=d>1e-280
base=1/np.sum((2*w*d*(g*g+t*t))[ok])
for l in ["z1*z2","-2*z1*z2","tanh(z1*z2)","(z1^2-z2^2)/2","(0.6*z1+0.8*z2)*(0.8*z1-0.6*z2)","1e-100*z1*z2","exp(z1*z2)"]:
    row(l,"deterministic",0,base,1e-9,"Bessel functions")
for l in ["sign(z1*z2)","sign(z1)*sign(z2)","3*sign(z1*z2)+1"]: row(l,"deterministic",0,pi**2/4,1e-14,"closed form")
for f in [0.1,0.3,0.49]: row("sign(z1*z2)","flip",f,pi**2/4/(1-2*f)**2,1e-13,"closed form")
for l in ["z1^2+z2^2","sqrt(z1^2+z2^2)","1/(z1^2+z2^2)","exp(-z1^2-z2^2)","ln(z1^2+z2^2)","1e-50*(z1^2+z2^2)"]: row(l,"deterministic",0,1,1e-15,"radius")
for l in ["z1^2+z2^2+z3^2","tanh((z1^2+z2^2+z3^2)/3)","1/(z1^2+z2^2+z3^2)"]: row(l,"deterministic",0,1.5,1e-15,"radius")
for c in [0.01,1,20]: row(f"{c}*(z1^2+z2^2)","poisson",0,(1+2*c)/(2*c),1e-14,"negative binomial")
for c in [0.1,1,5]: row(f"{c}*(z1^2+z2^2+z3^2)","poisson",0,(1+2*c)*3/(4*c),1e-14,"negative binomial")
row("z1/z2","deterministic",0,1,1e-15,"published")
for c in [0.5,1,4]:
    # even part does not show in the sign: P = 1/2, E[t tanh(c t/2)]
    tt=np.sum((2*w*d*t*np.tanh(c*t/2))[ok]); row(f"{c}*z1*z2","logistic",0,1/tt**2,1e-9,"Bessel functions")
def chi2_noisy(s):
    ye=np.unique(np.concatenate([np.linspace(-9*s,20*s,120),np.linspace(20*s,80+9*s,200)])); y,wy=comp(ye); F=0
    for yy,ww in zip(y,wy):
        a,b=max(yy-9.5*s,0),max(yy+9.5*s,0)
        if b==0: continue
        r,wr=comp(np.linspace(a,b,9)); k=wr*0.5*np.exp(-r/2)*phi((yy-r)/s)/s; p=k.sum()
        if p>1e-200: F+=ww*((k*(r/2-1)).sum())**2/p
    return 1/F
for s in [0.05,0.3,1,3]: row("z1^2+z2^2","gaussian",s,chi2_noisy(s),1e-9,"quadrature")
# sin(5 z1 z2): sum over branches of t
for a in [2,5]:
    th,wt=comp(np.unique(np.concatenate([pi/2*np.geomspace(1e-14,1,120),[0],])))
    D=np.zeros_like(th);S=np.zeros_like(th);T=np.zeros_like(th)
    for mm in range(-int(60*a/pi),int(60*a/pi)+1):
        for x in ([th+2*pi*mm, pi-th+2*pi*mm]):
            tau=x/a; u=np.abs(tau); de=np.where(u<600,sp.k0(np.maximum(u,1e-300))/pi,0)/a
            D+=de; S+=de*(np.where(u<600,u*sp.k1(np.maximum(u,1e-300))/np.maximum(sp.k0(np.maximum(u,1e-300)),1e-300),0)-1); T+=de*tau
    row(f"sin({a}*z1*z2)","deterministic",0,1/(2*np.sum(wt*(S*S+T*T)/D)),1e-7,"sum over branches")
# relatives: values crowded beside a large constant, flat shoulders, doors far out
row("abs(z1)/(1e-6+abs(z1))","deterministic",0,0.5,1e-15,"monotone in |z|")
row("tanh(1000*(z1^2-1))+0.1*z1^2","deterministic",0,0.5,1e-15,"monotone in |z|")
row("z1^2+1e8","gaussian",0.1,noisy_square(0.1),1e-9,"shifted")
row("1/(z1*z2)","deterministic",0,base,1e-9,"monotone in z1 z2 but for the sign, which G shares")
for r in rows: print("\t".join([r[0],r[1],repr(r[2]),repr(r[3]),repr(r[4]),r[5]]))
