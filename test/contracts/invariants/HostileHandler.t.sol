// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketState, IStorageMarket} from "../../../contracts/interfaces/IStorageMarket.sol";
import {Acts} from "../support/Acts.sol";
import {HostileToken} from "../support/HostileToken.sol";
import {World} from "../support/World.sol";

/// @notice The same parties, and among them anybody who calls anything with anything: a token that calls back, receivers that
/// refuse, offers and consents that were changed or used before. Whatever succeeds must be within the caller's rights.
contract HostileHandler is Acts {
    uint256 private constant POKES = 27;

    constructor(IStorageMarket market_) World(market_) {}

    /// @notice Any caller, any act.
    function poke(uint256 random) external watched {
        random = _mix(random);
        _send(accounts[random % ACCOUNTS], _message(random >> 8));
    }

    /// @notice Two acts in one call.
    function pokeTwice(uint256 random) external watched {
        random = _mix(random);
        bytes[] memory messages = new bytes[](2);
        (messages[0], messages[1]) = (_message(random >> 8), _message(_mix(random)));
        _send(accounts[random % ACCOUNTS], abi.encodeWithSignature("multicall(bytes[])", messages));
    }

    function pokeRaw(uint256 random, bytes calldata message) external watched {
        _send(accounts[_mix(random) % ACCOUNTS], message);
    }

    /// @notice From now on each transfer of the token calls the market with this act.
    function arm(uint256 random) external {
        random = _mix(random);
        HostileToken(address(token)).arm(address(market), random % 4 == 0 ? bytes("") : _message(random >> 8));
    }

    /// @notice Somebody's account refuses the token from now on, or no longer.
    function refuse(uint256 random) external {
        random = _mix(random);
        HostileToken(address(token)).refuse(accounts[random % ACCOUNTS], (random >> 8) % 2 == 0);
    }

    function donate(uint256 random) external watched {
        random = _mix(random);
        address from = accounts[random % ACCOUNTS];
        uint256 amount = (random >> 8) % 1_000;
        _as(from);
        if (token.transfer(address(market), amount)) donated += amount;
    }

    /// @notice An offer with one thing changed after it was signed, or one that was opened before.
    function openForged(uint256 random) external watched {
        random = _mix(random);
        uint32 id = uint32(1 + (random % PROVIDERS));
        address operator = market.providerOf(id).operator;
        (IMarketState.SignedOffer[] memory offers, , ) = _newOffer(id, 1, random >> 16);
        address caller = offers[0].offer.client;
        uint256 change = (random >> 8) % 8;
        if (change == 0) offers[0].offer.nonce = ((random >> 96) % 256);
        if (_keys[operator] != 0) {
            offers[0].signature = _signature(_keys[operator], this.hashOffer(offers[0].offer));
        }
        if (change == 0) {
            if (_usedOffers.length == 0) return;
            offers = abi.decode(_usedOffers, (IMarketState.SignedOffer[]));
            caller = offers[0].offer.client;
        }
        if (change == 1) offers[0].offer.client = caller = accounts[9];
        if (change == 2) offers[0].offer.pieces[0].rate += 1;
        if (change == 3) offers[0].offer.pieces[0].slashFactor += 1;
        if (change == 4) offers[0].offer.periods += 1;
        if (change == 5) offers[0].offer.nonce += 1;
        if (change == 6) caller = accounts[9];
        if (change == 7) offers[0].signature = "";
        _send(caller, abi.encodeCall(market.open, (offers, _allowance(), address(0), "")));
    }

    /// @notice A consent that was used before, by its caller or by another.
    function consentAgain(uint256 random) external watched {
        if (_usedConsent.length == 0) return;
        random = _mix(random);
        (uint32 id, address caller, IMarketState.Consent memory consent) = abi.decode(
            _usedConsent,
            (uint32, address, IMarketState.Consent)
        );
        if (random % 2 == 0) caller = accounts[(random >> 8) % ACCOUNTS];
        bool done = _send(caller, abi.encodeCall(market.terminate, (id, consent)));
        _rule(!done, "nonces");
    }

    /// @dev What fails has logged nothing.
    function _send(address caller, bytes memory message) private returns (bool done) {
        _as(caller);
        (done, ) = address(market).call(message);
        _enterOrForget(done);
        ++reached[done ? bytes32("poke taken") : bytes32("poke refused")];
    }

    function _message(uint256 random) private view returns (bytes memory) {
        uint256 which = random % POKES;
        uint32 deal = uint32((random >> 8) % (market.dealCount() + 2));
        uint32 provider = uint32((random >> 16) % (market.providerCount() + 2));
        address account = (random >> 24) % 12 == 0 ? address(market) : accounts[(random >> 32) % ACCOUNTS];
        uint256 number = (random >> 40) % 3 == 0 ? type(uint256).max : (random >> 48) % 1e6;
        if (which < 9) return _providerMessage(which, provider, account, uint96(number));
        if (which < 18) return _dealMessage(which, deal, account, number);
        return _otherMessage(which, provider, account, number);
    }

    function _providerMessage(
        uint256 which,
        uint32 provider,
        address account,
        uint96 number
    ) private view returns (bytes memory) {
        // Two in one call still fit.
        bool room = market.providerCount() < MAX_PROVIDERS - 1;
        if (which == 0 && room) return abi.encodeCall(market.register, (account, account, 64, number, ""));
        if (which == 1 && room) return abi.encodeCall(market.registerLike, (provider, 256));
        if (which == 2) return abi.encodeCall(market.configure, (provider, account, account, number, ""));
        if (which == 3) return abi.encodeCall(market.stop, (provider));
        if (which == 4) return abi.encodeCall(market.offerOwnership, (provider, account));
        if (which == 5) {
            uint32 version = provider == 0 || provider > PROVIDERS ? 0 : market.providerOf(provider).version;
            return abi.encodeCall(market.takeOwnership, (provider, account, account, 0, version));
        }
        if (which == 6) return abi.encodeCall(market.stake, (provider, number, _payment(number)));
        if (which == 7) return abi.encodeCall(market.unstake, (provider, number));
        return abi.encodeCall(market.giveUp, (provider, _current()));
    }

    function _dealMessage(
        uint256 which,
        uint32 deal,
        address account,
        uint256 number
    ) private view returns (bytes memory) {
        if (which == 9) return abi.encodeCall(market.cancel, (deal));
        if (which == 10) return abi.encodeCall(market.abandon, (deal));
        if (which == 11) return abi.encodeCall(market.transferDeal, (deal, account));
        if (which == 12) return abi.encodeCall(market.assignPayee, (deal, account));
        if (which == 13) return abi.encodeCall(market.challenge, (deal, uint64(number % 5), _payment(number)));
        if (which == 14) return abi.encodeCall(market.answer, (deal, new bytes(96)));
        if (which == 15) {
            IMarketState.Consent memory consent;
            (consent.expiry, consent.nonce, consent.signature) = (type(uint64).max, number, new bytes(65));
            return abi.encodeCall(market.terminate, (deal, consent));
        }
        uint32[] memory ids = new uint32[](3);
        (ids[0], ids[1], ids[2]) = (deal, uint32(number % 7), deal);
        return abi.encodeCall(market.settle, (ids));
    }

    function _otherMessage(
        uint256 which,
        uint32 provider,
        address account,
        uint256 number
    ) private view returns (bytes memory) {
        uint256[] memory indices = new uint256[](1 + (number % 2));
        if (which == 18) return abi.encodeCall(market.delist, (provider, indices));
        if (which == 19) return abi.encodeCall(market.withdraw, (account, number));
        if (which == 20) return abi.encodeCall(market.push, (account));
        if (which == 21) return abi.encodeCall(market.keepBalance, (number % 2 == 0));
        if (which == 22) return abi.encodeCall(market.voidConsents, (0, 1 << (128 + (number % 128))));
        if (which == 23) return abi.encodeCall(market.publish, (uint32(number), "x"));
        if (which == 24) {
            return abi.encodeCall(market.open, (new IMarketState.SignedOffer[](0), _payment(number), account, ""));
        }
        if (which == 25) {
            (bytes memory good, ) = provider == 0 || provider > PROVIDERS ? (bytes(""), false) : _proof(provider);
            if (number % 2 == 0 && good.length != 0) good[number % good.length] ^= 0x01;
            return abi.encodeCall(market.prove, (provider, _current(), good, "", indices));
        }
        return abi.encodeCall(market.prove, (provider, uint32(_current() - (number % 3)), new bytes(192), "", indices));
    }

    function _payment(uint256 number) private pure returns (IMarketState.Payment memory payment) {
        payment.kind = uint8(number % 5);
    }
}
